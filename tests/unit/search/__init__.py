"""Tests of the search stage; they share a manifest."""
