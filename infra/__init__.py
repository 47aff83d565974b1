"""What runs reelbucket."""
