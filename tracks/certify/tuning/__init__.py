"""The free constants of a file, the search for values with which every bench holds, and maps of where one is won."""
