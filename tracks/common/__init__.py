"""What several benches and crises of the course share."""
