"""What a host runs and asks: the server of a class, the settings as they stand, the ledger's copies."""
