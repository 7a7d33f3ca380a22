"""What a student hands in: a page of its own with figures and tables, and the same as CSV, Markdown and plain data."""
