"""Second opinions: one job a state in a queue of the host, a few processes that work it off, and their answers."""
