"""What stands between Flask and the lab: ids and paths, checks of requests, static files."""
