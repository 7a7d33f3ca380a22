"""The physics of one state of the Personalization Flood, and of each single change of it."""
