"""How fast the statistics are, each as a ratio against what a user would call otherwise, in one run on one thread.

python benchmarks/speed.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy import linalg, stats
from sklearn.feature_selection import mutual_info_classif
from threadpoolctl import threadpool_limits

from gan_audit.stats.association import mutual_information
from gan_audit.stats.distances import frechet_distance
from gan_audit.stats.univariate import SortedPool, permutation_null

RNG = np.random.default_rng(0)


def main() -> None:
    """Prints one line for each routine: our seconds, the peer's, their ratio, and how far the results differ."""
    print("routine | ours [s] | peer [s] | ratio | largest difference")
    with threadpool_limits(1):
        for name, compare in ROWS.items():
            ours, peer, difference = compare()
            print(f"{name} | {ours:.4g} | {peer:.4g} | {peer / ours:.1f} | {difference:.1e}", flush=True)


def permutations() -> tuple[float, float, float]:
    """KS and Wasserstein nulls of 93 features, 600 + 600 images, 1,000 permutations; scipy's time from 8 of them."""
    n, features, count, sampled = 600, 93, 1000, 8
    pooled = RNG.normal(size=(2 * n, features))
    blocks = [np.array([i]) for i in range(2 * n)]
    ours, (ks, wasserstein) = timed(lambda: permutation_null(SortedPool.of(pooled), blocks, n, rng(), count))
    generator = rng()
    orders = [generator.permutation(2 * n) for _ in range(sampled)]

    def peer() -> list[tuple[float, float]]:
        pairs = ((pooled[o[:n], j], pooled[o[n:], j]) for o in orders for j in range(features))
        return [(stats.ks_2samp(x, y).statistic, stats.wasserstein_distance(x, y)) for x, y in pairs]

    seconds, expected = timed(peer)
    found = np.stack([ks[:sampled].ravel(), wasserstein[:sampled].ravel()], axis=1)
    return ours, seconds * count / sampled, float(np.abs(found - expected).max())


def information() -> tuple[float, float, float]:
    """Mutual information of 93 features with three classes, 1,200 images."""
    classes = RNG.integers(0, 3, 1200)
    values = RNG.normal(size=(1200, 93)) + 0.5 * classes[:, None]
    ours, found = timed(lambda: mutual_information(values, classes), repeats=3)
    peer, expected = timed(lambda: mutual_info_classif(values, classes, random_state=0))
    return ours, peer, float(np.abs(found - expected).max())


def frechet(n: int) -> Callable[[], tuple[float, float, float]]:
    """Fréchet distance of n + n rows of 2,048 features, against scipy's matrix root."""

    def compare() -> tuple[float, float, float]:
        x, y = RNG.normal(size=(n, 2048)), RNG.normal(0.1, 1, size=(n, 2048))
        ours, found = timed(lambda: frechet_distance(x, y))
        peer, expected = timed(lambda: by_matrix_root(x, y))
        return ours, peer, abs(found - expected)

    return compare


def by_matrix_root(x: np.ndarray, y: np.ndarray) -> float:
    """The textbook form."""
    first, second = np.cov(x.T), np.cov(y.T)
    root = linalg.sqrtm(first @ second).real
    return float(np.square(x.mean(0) - y.mean(0)).sum() + np.trace(first + second - 2 * root))


def rng() -> np.random.Generator:
    """The same permutations for both."""
    return np.random.default_rng(1)


def timed(run: Callable[[], object], repeats: int = 1) -> tuple[float, object]:
    """Shortest CPU time of several runs, and the result."""
    seconds, result = [], None
    for _ in range(repeats):
        start = time.process_time()
        result = run()
        seconds.append(time.process_time() - start)
    return min(seconds), result


ROWS = {
    "permutation null of KS and Wasserstein, scipy loop": permutations,
    "mutual information with the label, scikit-learn": information,
    "Fréchet distance, 300 + 300 rows, scipy sqrtm": frechet(300),
    "Fréchet distance, 3000 + 3000 rows, scipy sqrtm": frechet(3000),
}

if __name__ == "__main__":
    main()
