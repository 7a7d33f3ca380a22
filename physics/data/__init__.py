"""Data that the physics layer ships, each file beside its licence and the script that makes it."""
