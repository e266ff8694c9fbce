"""The batched radiomics engine in torch: the same features of the same regions, on a GPU or on the CPU.

Definitions and their sources stand with the modules of the same names in `gan_audit.radiomics`.
"""

REVISION = 1
"""Counts the changes that moved a number of this engine and not of the NumPy one."""
TOGETHER = 1 << 24
"""Voxels, filtered images counted each, that are prepared before the device sees them: a small block leaves a GPU
idle."""
