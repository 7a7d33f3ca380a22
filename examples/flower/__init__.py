"""The convergence bench as a Flower app."""
