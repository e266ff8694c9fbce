"""Networks by name; importing the package alone loads no torch."""
