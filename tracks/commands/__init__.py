"""The author's commands: ``edgelab tracks list``, ``check`` and ``new``, also as ``python -m tracks``."""
