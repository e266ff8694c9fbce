"""One way to run a function over many items, in this process, in worker processes or on a Dask cluster."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from gan_audit.runtime.progress import Step

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int | None,
    step: Step,
    worthwhile: int = 50,
    most: int = 32,
) -> Iterator[Result]:
    """Yields function(item) in the order of `items`; the results do not depend on `jobs`.

    function: picklable; it must not rely on more than one thread (each worker runs single-threaded).
    jobs: number of worker processes; None takes as many as there are cores, fewer for few items.
    worthwhile: items that one more process must have before it is started, when `jobs` is None.
    most: items that a worker is handed at a time.
    An active `joblib.parallel_config(backend=...)`, a Dask cluster for instance, is used in place of processes.
    """
    workers = jobs or min(os.cpu_count() or 1, max(1, len(items) // worthwhile))
    for result in _serial(function, items, most) if workers == 1 else _spread(function, items, workers, most):
        step(1)
        yield result


def _serial(function: Callable[[Item], Result], items: Sequence[Item], most: int) -> Iterator[Result]:
    chunk = min(8, most)
    for start in range(0, len(items), chunk):
        yield from _block(function, items[start : start + chunk])


def _spread(function: Callable[[Item], Result], items: Sequence[Item], workers: int, most: int) -> Iterator[Result]:
    chunk = max(1, min(most, len(items) // (4 * workers)))
    blocks = [items[start : start + chunk] for start in range(0, len(items), chunk)]
    run = Parallel(n_jobs=workers, return_as="generator")
    with warnings.catch_warnings():
        # A worker that has grown by the size of its libraries is replaced by a fresh one; that is no news to anybody.
        warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)
        for results in run(delayed(_block)(function, block) for block in blocks):
            yield from results


def _block(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    with threadpool_limits(1):
        return [function(item) for item in items]
