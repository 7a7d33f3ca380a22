"""Finding plugins, checking what they bring, and keeping what works in a read-only registry."""
