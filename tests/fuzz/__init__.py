"""Our own readers, given bytes that nobody meant for them."""
