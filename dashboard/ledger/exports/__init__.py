"""A ledger that a student takes away: written and signed, and recognised again."""
