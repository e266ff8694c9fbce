"""The embedded example: phantoms, and an audit of them."""
