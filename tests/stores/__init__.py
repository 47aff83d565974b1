"""Servers of S3 that are not the stack: what they promise, and what they refuse."""
