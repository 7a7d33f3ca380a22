"""An outcome as figures and texts: what the page is sent."""
