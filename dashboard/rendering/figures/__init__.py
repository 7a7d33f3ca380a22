"""The one styling of figures, light and dark."""
