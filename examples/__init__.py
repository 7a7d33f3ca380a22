"""Programs that show the lab beside other tools."""
