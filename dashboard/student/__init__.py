"""What a student has done, read from the ledger, and what follows from it."""
