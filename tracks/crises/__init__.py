"""The crises: one bench for each track, where its lessons meet."""
