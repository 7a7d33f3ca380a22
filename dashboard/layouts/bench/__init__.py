"""The parts of a bench's page."""
