"""The radiomics engine in torch on a GPU beside the one in NumPy on one core: time, largest difference.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/radiomics_device.py [--device cpu] [--images 2048]

Both work on the same images in one process, by turns, the best of several rounds, after a first one that is not
counted. Seconds are of the wall, from arrays in memory to a table in memory, preparation and transfers among them; the
torch engine takes all images at once, the NumPy one a part of them, 64 or 32 at a time as in an audit. With
`--device cpu` torch has one thread: that shows that the script and the numbers are right, not how fast a GPU is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

sys.path[:1] = [str(Path(__file__).parents[1])]  # this file is not the package that it imports

import torch  # noqa: E402

from gan_audit.radiomics import engine as in_numpy  # noqa: E402
from gan_audit.radiomics.settings import RadiomicsSettings  # noqa: E402
from gan_audit.radiomics.torch_engine import engine as in_torch  # noqa: E402

ROUNDS = 3
CASES = {
    "64 x 64, whole, fine": ((64, 64), 1.0, None),
    "64 x 64, whole, coarse": ((64, 64), 2.5, None),
    "64 x 64, discs": ((64, 64), 1.0, (0.5, 0.95)),
    "28 x 28, whole": ((28, 28), 1.0, None),
    "224 x 224, whole": ((224, 224), 1.0, None),
    "32 x 32 x 32, whole": ((32, 32, 32), 1.0, None),
    "32 x 32 x 32, balls": ((32, 32, 32), 1.0, (0.5, 0.95)),
}
"""Shape, smoothing in voxels, and the least and largest diameter of regions as a share of the image's."""
RULE = RadiomicsSettings(bin_width=8.0)
"""32 levels of an image from 0 to 255."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--images", type=int, default=4096, help="images of 64 x 64; of larger ones fewer")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("no GPU here; --device cpu proves the script")
        return
    torch.set_num_threads(1)
    print(f"torch {torch.__version__} on {torch.cuda.get_device_name() if options.device == 'cuda' else 'one core'}")
    print(f"{'ms an image':24}{'images':>7}{'NumPy':>9}{'torch':>9}{'ratio':>7}  largest relative difference")
    for name, (shape, smooth, diameters) in CASES.items():
        rng = np.random.default_rng(0)
        number = max(1, options.images * 64 * 64 // max(64 * 64, int(np.prod(shape))))
        images = [picture(rng, shape, smooth) for _ in range(number)]
        masks = [None if diameters is None else ball(shape, rng.uniform(*diameters)) for _ in images]
        compare(name, images, masks, options.device)


def compare(name: str, images: list[np.ndarray[Any, Any]], masks: list[Any], device: str) -> None:
    few = min(len(images), 32 if images[0].ndim == 3 else 64)
    here, there = [], []
    for _ in range(1 + ROUNDS):
        seconds, expected = timed(lambda: in_numpy.batch(images[:few], masks[:few], settings=RULE))
        here.append(seconds / few * 1e3)
        seconds, found = timed(lambda: in_torch.batch(images, masks, settings=RULE, device=device))
        there.append(seconds / len(images) * 1e3)
    worst = difference(found, expected)
    one, other = min(here[1:]), min(there[1:])
    print(f"{name:24}{len(images):7}{one:9.3f}{other:9.3f}{one / other:6.1f}x  {worst}", flush=True)


def difference(found: Any, expected: Any) -> str:
    """The largest relative difference over all 93 features, and where."""
    assert found.names == expected.names
    assert len(found.names) == 93
    values = found.values[: len(expected.values)]
    assert np.array_equal(np.isnan(values), np.isnan(expected.values))
    apart = np.abs(values - expected.values) / np.maximum(np.abs(expected.values), 1e-9)
    row, column = np.unravel_index(np.nanargmax(apart), apart.shape)
    return f"{apart[row, column]:.1e} {found.names[column]}"


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The result lies in the host's memory when the work is done: there is nothing to wait for."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def picture(rng: np.random.Generator, shape: tuple[int, ...], smooth: float) -> np.ndarray[Any, Any]:
    """Correlated noise in whole numbers from 0 to 255."""
    values = gaussian_filter(rng.normal(size=shape), smooth)
    return np.floor((values - values.min()) / np.ptp(values) * 255.99)


def ball(shape: tuple[int, ...], diameter: float) -> np.ndarray[Any, Any]:
    places = np.meshgrid(*(np.linspace(-1, 1, size) for size in shape), indexing="ij")
    return sum(place**2 for place in places) <= diameter**2


if __name__ == "__main__":
    main()
