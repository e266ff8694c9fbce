"""Real against real, and a fifth of copies, on whole sets: what the audit says, seed by seed.

python benchmarks/halves.py ../shared/data --seeds 5
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

sys.path.insert(0, str(Path(__file__).parents[1]))

from gan_audit import audit
from tests.real.halves import GROUPS, split


def main(data: Path, seeds: Annotated[int, typer.Option()] = 5) -> None:
    """Prints one line for each audit."""
    print("set | fault | seed | n real | n synthetic | exit | findings | failed | seconds")
    with tempfile.TemporaryDirectory() as work:
        for name in GROUPS:
            for seed in range(seeds):
                for copies in (0.0, 0.2):
                    start = time.perf_counter()
                    folder = Path(work) / f"{name}-{seed}-{copies}"
                    halves = split(data, name, seed, folder, copies=copies)
                    found = audit(halves.real, halves.synthetic, halves.labels, cache=Path(work) / "features")
                    names = ",".join(finding.id for finding in found.findings) or "none"
                    print(
                        name, "copies" if copies else "none", seed, len(halves.real), len(halves.synthetic),
                        found.verdict.exit_code, names, ",".join(found.verdict.failed) or "none",
                        round(time.perf_counter() - start, 1), sep=" | ", flush=True,
                    )  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
