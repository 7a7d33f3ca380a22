"""What physics says of one state of the Personalization Flood, and of what one change would leave."""
