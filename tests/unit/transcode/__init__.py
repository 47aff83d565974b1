"""The encoder, on small clips over a loopback store."""
