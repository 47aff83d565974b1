"""One stage of reelbucket."""
