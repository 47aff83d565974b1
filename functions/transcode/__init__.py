"""transcode: one order to media objects and a receipt."""
