"""Tests of the index stage's pure files."""
