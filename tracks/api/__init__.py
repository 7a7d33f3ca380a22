"""The words of the plugin API, one module a subject; ``tracks`` itself is the one place to import them from."""
