"""When it moves: callbacks read by id, ask, and return; each module registers its own on the app it is given."""
