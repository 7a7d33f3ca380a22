"""Copies of a whole database: looked at by the chains of hashes, made while it is in use, and put back."""
