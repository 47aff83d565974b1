"""Chromium on the real stack."""
