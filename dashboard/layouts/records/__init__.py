"""Pages on what a student takes away, brings back and erases, and on what is stored and computed."""
