"""The project's radiomics engine beside PyRadiomics: time a core, worst difference, memory.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/radiomics.py [time] [memory]

Times are CPU seconds of this process on one thread, the best of several rounds in which both take turns, so that what
else the machine does falls on both alike. PyRadiomics runs `execute` without its provenance record.
"""

from __future__ import annotations

import logging
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from scipy.ndimage import gaussian_filter

sys.path[:1] = [str(Path(__file__).parents[1])]  # this file is not the package that it imports

from radiomics.featureextractor import RadiomicsFeatureExtractor  # noqa: E402

from gan_audit.radiomics.engine import batch  # noqa: E402
from gan_audit.radiomics.setting_rules import CLASSES  # noqa: E402
from gan_audit.radiomics.settings import RadiomicsSettings  # noqa: E402

ROUNDS = 9
CASES = {
    "64 x 64, whole, fine": ((64, 64), 1.0, None),
    "64 x 64, whole, coarse": ((64, 64), 2.5, None),
    "64 x 64, disc": ((64, 64), 1.0, 0.87),
    "28 x 28, whole": ((28, 28), 1.0, None),
    "128 x 128, whole": ((128, 128), 1.0, None),
    "32 x 32 x 32, whole": ((32, 32, 32), 1.0, None),
    "32 x 32 x 32, ball": ((32, 32, 32), 1.0, 0.87),
}
"""Shape, smoothing in voxels, and the region's diameter as a share of the image's, None for the whole image."""
RULE = RadiomicsSettings(bin_width=8.0)
"""32 levels of an image from 0 to 255."""


def main() -> None:
    logging.getLogger("radiomics").setLevel(logging.CRITICAL + 1)
    warnings.simplefilter("ignore")
    parts = sys.argv[1:] or ["time", "memory"]
    if parts[0] == "peak":
        print(peak(int(parts[1])))
    if "time" in parts:
        compare_times()
    if "memory" in parts:
        show_memory()


def compare_times() -> None:
    print(f"{'':24}{'PyRadiomics':>12}{'engine':>9}{'ratio':>7}  worst relative difference")
    for name, (shape, smooth, diameter) in CASES.items():
        rng = np.random.default_rng(0)
        number = 32 if len(shape) == 3 else 64  # as many as an audit takes together
        few = 2 if len(shape) == 3 else 8
        images = [picture(rng, shape, smooth) for _ in range(number)]
        mask = None if diameter is None else ball(shape, diameter)
        peers, ours, found, expected = [], [], None, None
        for _ in range(ROUNDS):
            seconds, expected = timed(lambda: [peer(image, mask) for image in images[:few]])  # noqa: B023
            peers.append(seconds / few * 1e3)
            seconds, found = timed(lambda: batch(images, [mask] * number, settings=RULE))  # noqa: B023
            ours.append(seconds / number * 1e3)
        worst = difference(found, expected)
        print(f"{name:24}{min(peers):9.2f} ms{min(ours):6.3f} ms{min(peers) / min(ours):6.1f}x  {worst}")


def difference(found: Any, expected: list[dict[str, float]]) -> str:
    """The largest relative difference over all 93 features, and where."""
    pairs = [
        (abs(found.values[row, column] - values[name]) / max(abs(values[name]), 1e-9), name)
        for row, values in enumerate(expected)
        for column, name in enumerate(found.names)
    ]
    assert len(pairs) == 93 * len(expected)
    return "{:.1e} {}".format(*max(pairs))


def show_memory() -> None:
    print("\n64 x 64 images   seconds   peak MiB   of which images")
    for number in (1_000, 2_000, 4_000, 10_000):
        start = time.perf_counter()
        command = [sys.executable, __file__, "peak", str(number)]
        most = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"{number:14,}{time.perf_counter() - start:10.1f}{most:11.0f}{number * 64 * 64 * 8 / 2**20:12.0f}")


def peak(number: int) -> float:
    """MiB that a process needs at most for that many images, numpy and these images among them."""
    rng = np.random.default_rng(0)
    batch([picture(rng, (64, 64), 1.0) for _ in range(number)], settings=RULE)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def picture(rng: np.random.Generator, shape: tuple[int, ...], smooth: float) -> np.ndarray[Any, Any]:
    """Correlated noise in whole numbers from 0 to 255."""
    values = gaussian_filter(rng.normal(size=shape), smooth)
    return np.floor((values - values.min()) / np.ptp(values) * 255.99)


def ball(shape: tuple[int, ...], diameter: float) -> np.ndarray[Any, Any]:
    places = [
        np.linspace(-1, 1, size).reshape([-1 if a == axis else 1 for a in range(len(shape))]) ** 2
        for axis, size in enumerate(shape)
    ]
    return sum(places) <= diameter**2


def peer(values: np.ndarray[Any, Any], mask: np.ndarray[Any, Any] | None) -> dict[str, float]:
    """PyRadiomics wants background: a whole image gets a margin of one voxel."""
    if mask is None:
        values, mask = np.pad(values, 1, mode="edge"), np.pad(np.ones(values.shape, dtype=bool), 1)
    extractor = RadiomicsFeatureExtractor(additionalInfo=False, binWidth=RULE.bin_width)
    extractor.enabledFeatures = {name: [] for name in CLASSES}
    parts = [SimpleITK.GetImageFromArray(part) for part in (values, mask.astype(np.uint8))]
    return {name: float(value) for name, value in extractor.execute(*parts).items()}


if __name__ == "__main__":
    main()
