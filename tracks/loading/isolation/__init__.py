"""Calls of plugins happen in processes of their own, so that one that hangs, leaks or dies takes nothing else along."""
