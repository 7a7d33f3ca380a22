"""A student's ledger read as a whole: locks against what is computed, tries, decisions; no Dash, no database."""
