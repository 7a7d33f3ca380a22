"""The names of the plugin API, one module for each subject; import them from ``tracks`` itself."""
