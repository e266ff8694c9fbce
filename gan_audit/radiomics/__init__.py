"""Radiomic features of many images at once, as PyRadiomics 3.0.1 defines and names them, without PyRadiomics."""

REVISION = 3
"""Counts the changes that moved a number."""
