"""What every stage shares: keys, documents, the store and its verbs, the process door."""
