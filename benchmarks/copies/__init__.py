"""Planted copies on real sets and phantoms: how many are accused, how many others, and how many on sound halves."""
