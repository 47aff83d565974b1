"""Tests without a stack."""
