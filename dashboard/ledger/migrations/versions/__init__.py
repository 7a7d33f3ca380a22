"""One file per change of the ledger's tables, in the order of their numbers."""
