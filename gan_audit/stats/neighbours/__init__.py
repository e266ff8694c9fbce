"""Exact nearest neighbours in feature space, and what follows from them."""
