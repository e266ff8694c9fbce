"""Smooth pictures known at every point of the plane, so that a window of one can be drawn exactly."""

import numpy as np


def picture(seed, axes=2, waves=12, finest=5.0):
    """A function of places (in sides from the middle) along each axis, made of waves of random direction."""
    rng = np.random.default_rng(seed)
    pace = rng.uniform(-finest, finest, (waves, axes)) * 2 * np.pi
    phase, height = rng.uniform(0, 2 * np.pi, waves), rng.normal(size=waves)

    def draw(*places):
        at = np.meshgrid(*places, indexing="ij")
        angle = sum(np.multiply.outer(p, x) for p, x in zip(pace.T, at, strict=True))
        return np.tensordot(height, np.cos(angle + phase.reshape(-1, *[1] * axes)), 1) / np.sqrt(0.5 * waves)

    return draw


def drawn(seeds, side, axes=2, centre=None, scale=1.0):
    """(n, side, ...) the window of each picture whose middle lies at `centre`, `scale` sides wide."""
    centre = np.zeros(axes) if centre is None else centre
    cells = (np.arange(side) - 0.5 * (side - 1)) / side
    return np.stack([picture(seed, axes)(*(c + scale * cells for c in centre)) for seed in seeds])
