"""How far a set of points extends."""

from __future__ import annotations

import numpy as np

from gan_audit.types import FloatArray


def axis_lengths(points: FloatArray) -> FloatArray:
    """Four standard deviations along each principal axis, ascending, (axes,). points: (n, axes).

    Deviations of less than 1e-10, squared, below 0 are taken for 0, as in PyRadiomics.
    """
    centred = (points - points.mean(axis=0)) / np.sqrt(len(points))
    values = np.linalg.eigvalsh(centred.T @ centred)
    found: FloatArray = 4 * np.sqrt(np.maximum(values, 0))
    return found


def widest(points: FloatArray) -> float:
    """The largest distance between two of the points, (n, axes)."""
    from scipy.spatial.distance import pdist

    return float(pdist(_outer(points)).max())


def _outer(points: FloatArray) -> FloatArray:
    """The corners of the convex hull, among which the two farthest points are; all points where they lie flat."""
    from scipy.spatial import ConvexHull, QhullError

    if len(points) < 50:
        return points
    try:
        corners: FloatArray = points[ConvexHull(points).vertices]
    except QhullError:
        return points
    return corners
