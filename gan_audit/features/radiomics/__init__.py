"""Radiomic features as a space, by either engine."""
