"""Neighbour search, and everything that one pass over two samples tells, against the peers, each ratio within one run.

python benchmarks/search.py [--part search] [--part together] [--part memory] [--part gpu]
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1]))

from gan_audit.stats.neighbours.api import nearest, overlap

K = 5
POLY = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1}
SUBSETS = {"kid_subsets": 100, "kid_subset_size": 1000, "rng_seed": 0, "verbose": False}


class Cost(NamedTuple):
    """One run."""

    wall: float
    cpu: float
    peak: float = 0.0
    """MiB by which the process grew beyond its inputs."""
    values: tuple[float, ...] = ()


def main(
    part: Annotated[list[str] | None, typer.Option(help="What to measure; everything without.")] = None,
    rows: Annotated[int, typer.Option(help="Of each side of the search.")] = 20_000,
    rounds: Annotated[int, typer.Option(help="Of the search; the ratios' medians count.")] = 3,
    threads: Annotated[int, typer.Option(help="Threads; 0 for as many as there are cores.")] = 0,
    pairs: Annotated[str, typer.Option(help="Rows of each side of the one pass, comma-separated.")] = "5000,10000",
) -> None:
    """Prints one table for each part."""
    with threadpool_limits(threads or multiprocessing.cpu_count()):
        parts: dict[str, Callable[[], None]] = {
            "search": lambda: search(rows, 2048, rounds, threads),
            "together": lambda: together([int(n) for n in pairs.split(",")], threads),
            "memory": memory,
            "gpu": gpu,
        }
        for name in part or parts:
            parts[name]()


def sample(n: int, d: int, seed: int, shift: float = 0.0) -> np.ndarray:
    """(n, d) float32 rows of 64 latent dimensions with noise."""
    rng = np.random.default_rng(seed)
    mix = np.random.default_rng(0).standard_normal((min(64, d), d), dtype=np.float32) / 8
    rows = np.empty((n, d), np.float32)
    for start in range(0, n, 4096):
        piece = rows[start : start + 4096]
        latent = rng.standard_normal((len(piece), len(mix)), dtype=np.float32) + np.float32(shift)
        piece[:] = latent @ mix + np.float32(0.3) * rng.standard_normal(piece.shape, dtype=np.float32)
    return rows


def timed(run: Callable[[], object]) -> Cost:
    """Seconds on the clock, and of all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def product(d: int) -> tuple[Callable[[], object], float]:
    """A single-precision matrix product and its operations."""
    a, b = np.ones((4096, d), np.float32), np.ones((d, 8192), np.float32)
    return lambda: a @ b, 2.0 * 4096 * 8192 * d


def search(n: int, d: int, rounds: int, threads: int) -> None:
    """The exact search against faiss, and against what a bare matrix product of the same size would take."""
    import faiss

    faiss.omp_set_num_threads(threads or multiprocessing.cpu_count())
    base, queries = sample(n, d, 1), sample(n, d, 2)
    bare, operations = product(d)

    def flat() -> None:
        index = faiss.IndexFlatL2(d)
        index.add(base)
        index.search(queries, K)

    runs: dict[str, Callable[[], object]] = {
        "nearest": lambda: nearest(queries, base, K),
        "faiss.knn": lambda: faiss.knn(queries, base, K),
        "faiss.IndexFlatL2": flat,
    }
    nearest(queries[:20], base[:100], K)
    found = []
    for _ in range(rounds):
        gemm = [timed(bare) for _ in range(3)]
        scale = 2.0 * n * n * d / operations
        limit = Cost(scale * min(x.wall for x in gemm), scale * min(x.cpu for x in gemm))
        found.append({"sgemm": limit} | {name: timed(run) for name, run in runs.items()})
    print(f"\n{n:,} queries x {n:,} rows x {d}, k = {K}; medians of {rounds} rounds, ratios within a round")
    print("routine | wall [s] | CPU [s] | GFLOP/s, wall | sgemm / routine, wall | CPU | nearest / routine, wall | CPU")
    for name in found[0]:
        ours = [x["nearest"] for x in found]
        costs, limits = [x[name] for x in found], [x["sgemm"] for x in found]
        print(
            name, f"{np.median([c.wall for c in costs]):.2f}", f"{np.median([c.cpu for c in costs]):.2f}",
            f"{np.median([2e-9 * n * n * d / c.wall for c in costs]):.0f}", ratio(limits, costs), ratio(ours, costs),
            sep=" | ", flush=True,
        )  # fmt: skip
    print("targets: sgemm / nearest at least 0.8; nearest / faiss at most 1.05")


def ratio(top: list[Cost], bottom: list[Cost]) -> str:
    """Medians over the rounds, of wall and of CPU time."""
    both = [(a.wall / b.wall, a.cpu / b.cpu) for a, b in zip(top, bottom, strict=True)]
    return " | ".join(f"{x:.3f}" for x in np.median(both, axis=0))


def together(sizes: list[int], threads: int) -> None:
    """One pass against prdc, torch-fidelity's KID and faiss one after the other, each side in a fresh process."""
    print(f"\nprecision, recall, density, coverage, kernel distance and {K} neighbours together")
    print(
        "rows | features | ours wall [s] | CPU | peak [MiB] | peers wall [s] | CPU | peak | peers / ours, wall "
        "(target 5) | CPU | peak | largest difference of P, R, D, C | KID ours | KID peer, subsets"
    )
    for n in sizes:
        for d in (2048, 93):
            ours, peers = (alone(run, n, d, threads) for run in (one_pass, one_by_one))
            difference = np.abs(np.subtract(ours.values[:4], peers.values[:4])).max()
            print(
                n, d, *(f"{c.wall:.2f} | {c.cpu:.2f} | {c.peak:.0f}" for c in (ours, peers)),
                f"{peers.wall / ours.wall:.1f} | {peers.cpu / ours.cpu:.1f} | {peers.peak / ours.peak:.1f}",
                f"{difference:.1e}", f"{ours.values[4]:.6f}", f"{peers.values[4]:.6f}", sep=" | ", flush=True,
            )  # fmt: skip


def one_pass(left: np.ndarray, right: np.ndarray) -> tuple[float, ...]:
    """Ours."""
    found = overlap(left, right, K)
    manifold = found.manifold
    return manifold.precision, manifold.recall, manifold.density, manifold.coverage, found.kernel_distance


def one_by_one(left: np.ndarray, right: np.ndarray) -> tuple[float, ...]:
    """The peers, called as their documentation says."""
    import faiss
    import torch
    from prdc import compute_prdc
    from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

    with contextlib.redirect_stdout(io.StringIO()):
        prdc = compute_prdc(left, right, nearest_k=K)
    subsets = {**SUBSETS, "kid_subset_size": min(len(left), len(right), 1000)}
    kid = kid_features_to_metric(torch.from_numpy(left), torch.from_numpy(right), **POLY, **subsets)
    faiss.knn(right, left, K)
    return *(float(prdc[x]) for x in ("precision", "recall", "density", "coverage")), kid[KEY_METRIC_KID_MEAN]


def alone(run: Callable[[np.ndarray, np.ndarray], tuple[float, ...]], n: int, d: int, threads: int) -> Cost:
    """In a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, run, n, d, threads).result()


def measure(run: Callable[[np.ndarray, np.ndarray], tuple[float, ...]], n: int, d: int, threads: int) -> Cost:
    """After a small run that loads every library."""
    run(sample(50, d, 1), sample(50, d, 2))
    left, right = sample(n, d, 1), sample(n, d, 2, shift=0.05)
    with threadpool_limits(threads or multiprocessing.cpu_count()):
        return grown(lambda: run(left, right))


def grown(run: Callable[[], tuple[float, ...]]) -> Cost:
    """Time, and the most that the process grew meanwhile (Linux counts it)."""
    values: list[tuple[float, ...]] = []
    Path("/proc/self/clear_refs").write_text("5")  # the peak is the present size again
    before = resident("VmRSS")
    cost = timed(lambda: values.append(run()))
    return Cost(cost.wall, cost.cpu, resident("VmHWM") - before, values[0])


def resident(name: str) -> float:
    """A size of this process, MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def memory(n: int = 1_000_000, d: int = 128) -> None:
    """What a million by a million needs: the base's share and the queries', each measured with the other small."""
    print(f"\nmemory beyond the features, {n:,} x {n:,} x {d}, k = {K}, float32 (target: 8,192 MiB)")
    print("queries | rows | peak growth [MiB] | wall [s]")
    total = 0.0
    for q, rows in ((20_000, n), (n, 2_000)):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            cost = pool.submit(large_search, q, rows, d).result()
        total += cost.peak
        print(f"{q:,} | {rows:,} | {cost.peak:.0f} | {cost.wall:.1f}", flush=True)
    print(f"sum of both, no less than the whole search takes | {total:.0f}; of it the result {n * K * 16 / 2**20:.0f}")


def large_search(q: int, n: int, d: int) -> Cost:
    """In a fresh process."""
    nearest(sample(50, d, 1), sample(100, d, 2), K)
    queries, base = sample(q, d, 1), sample(n, d, 2)
    return grown(lambda: (float(nearest(queries, base, K).distance[0, 0]),))


def gpu(n: int = 100_000, d: int = 2048) -> None:
    """The search on a GPU against its own matrix product, and against the CPU on a slice of the queries."""
    import torch

    if not torch.cuda.is_available():
        print("\nGPU: none here, nothing measured")
        return
    base, queries = sample(n, d, 1), sample(n, d, 2)
    a = torch.ones((8192, d), device="cuda")
    b = torch.ones((d, 65536), device="cuda")

    def bare() -> None:
        a @ b
        torch.cuda.synchronize()

    nearest(queries[:1000], base[:1000], K, device="cuda")
    bare()
    rate = 2.0 * 8192 * 65536 * d / min(timed(bare).wall for _ in range(5))
    ours = min(timed(lambda: nearest(queries, base, K, device="cuda")).wall for _ in range(3))
    cpu = timed(lambda: nearest(queries[: n // 50], base, K)).wall * 50
    print(f"\nGPU {torch.cuda.get_device_name()}, {n:,} x {n:,} x {d}, k = {K}")
    print(f"seconds {ours:.2f} | matrix product {rate / 1e12:.1f} TFLOP/s | share reached (target 0.6) ", end="")
    print(f"{2.0 * n * n * d / ours / rate:.2f} | CPU / GPU (target 50 against two cores) {cpu / ours:.0f}")


if __name__ == "__main__":
    typer.run(main)
