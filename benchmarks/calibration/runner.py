"""Runs what is planned, in several processes, one line of the results for each audit as it ends."""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import gan_audit
from benchmarks.calibration.audits import Place, run_audit
from benchmarks.calibration.plan import planned
from benchmarks.calibration.records import Key, append, key, mend, read
from benchmarks.calibration.workspace import build
from gan_audit.judgement.policy import Policy
from gan_audit.runtime.progress import Progress

PACKAGES = ("gan-audit", "numpy", "pyradiomics", "scikit-learn", "scipy", "torch")


@dataclass(frozen=True)
class Wanted:
    """What to run."""

    sets: Sequence[str]
    faults: Sequence[str]
    ns: Sequence[int]
    repeats: int
    jobs: int
    time_limit: float | None
    """Seconds after which no further audit is started."""

    @property
    def command(self) -> str:
        """The options, for the published table."""
        parts = {
            "sets": ",".join(self.sets), "faults": ",".join(self.faults), "n": ",".join(map(str, self.ns)),
            "repeats": str(self.repeats),
        }  # fmt: skip
        return " ".join(f"--{name} {value}" for name, value in parts.items())


def run(wanted: Wanted, place: Place, policy: Policy, out: Path, progress: Progress) -> tuple[int, int]:
    """Appends a record for each audit that `out` does not hold yet; returns audits done and audits left.

    Audits that ended in an error are tried again.
    """
    start = time.monotonic()
    mend(out)
    done = {key(record) for record in read(out) if "error" not in record}
    sizes = {name: len(build(name, place.data, place.cache, wanted.jobs, progress).base) for name in wanted.sets}
    todo = planned(sizes, wanted.faults, wanted.ns, wanted.repeats, done)
    made, count = origin(wanted), 0
    with progress.stage("Auditing", len(todo)) as step:
        for record in _records(_until(start, wanted.time_limit, todo), wanted.jobs, place, policy):
            append(out, {**record, "made": made})
            count += "error" not in record
            step(1)
    return count, len(todo) - count


def origin(wanted: Wanted) -> dict[str, Any]:
    """Date, versions, options, and a digest of the code that measures: results of different code do not mix."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "versions": {name: version(name) for name in PACKAGES},
        "code": code_digest(),
        "options": wanted.command,
    }


def code_digest() -> str:
    """Of features, statistics and checks, whose change can move a number; not of the verdict, which can be redone."""
    package, digest = Path(gan_audit.__file__).parent, hashlib.sha256()
    for folder in ("features", "stats", "checks"):
        for path in sorted((package / folder).glob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _until(start: float, limit: float | None, keys: Sequence[Key]) -> Iterator[Key]:
    for one in keys:
        if limit is not None and time.monotonic() - start > limit:
            return
        yield one


def _records(keys: Iterator[Key], jobs: int, place: Place, policy: Policy) -> Iterator[Mapping[str, Any]]:
    """As they end; none is begun before a process is free.

    Not by joblib: its processes are stopped once they have grown by 300 MB, which the features of a few sets take.
    """
    if jobs == 1:
        yield from (run_audit(one, place, policy) for one in keys)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        running: set[Future[dict[str, Any]]] = {
            pool.submit(run_audit, one, place, policy) for one in islice(keys, jobs)
        }
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(run_audit, one, place, policy) for one in islice(keys, len(ended))}
            yield from (future.result() for future in ended)
