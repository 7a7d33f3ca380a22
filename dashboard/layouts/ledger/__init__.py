"""The ledger's page: one track in three sentences, and behind tabs everything that the events say."""
