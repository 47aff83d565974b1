"""Ingest: what is in the inbox becomes a plan and its orders, or a rejection."""
