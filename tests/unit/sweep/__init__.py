"""Tests of the sweep stage's pure files."""
