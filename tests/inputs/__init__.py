"""Every kind of source through the engine, without a stack."""
