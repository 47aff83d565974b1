"""Tests of the `reel` command."""
