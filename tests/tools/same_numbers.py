"""Whether two versions of gan-audit give the same numbers: audits of four sets, then every number held to the other's.

python tests/tools/same_numbers.py write before/ --data ../shared/data     (in the older checkout)
python tests/tools/same_numbers.py write after/ --data ../shared/data      (in the newer one)
python tests/tools/same_numbers.py compare before/ after/
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

sys.path.insert(0, str(Path.cwd()))

SETS = ("phantoms", "mednist6", "cxr_pediatric@64", "bccd_cells")
IGNORED = ("created", "timings", "environment", "tool", "digest")
"""Parts of audit.json that differ from run to run, or from version to version, and hold no result."""
TOLERANCE = 1e-12

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def write(
    out: Path, data: Annotated[Path | None, typer.Option(help="Folder of the sets; phantoms alone without.")] = None,
    n: Annotated[int, typer.Option(help="Images in each half.")] = 300,
) -> None:  # fmt: skip
    """Audits halves of each set with the checkout in the working directory; writes NAME.json for each."""
    from benchmarks.audit_cost import write as write_halves
    from benchmarks.calibration.halves import draw
    from benchmarks.calibration.sets import load
    from gan_audit import audit

    out.mkdir(parents=True, exist_ok=True)
    for name in SETS if data else SETS[:1]:
        with tempfile.TemporaryDirectory() as folder:
            write_halves(draw(load(name, data or Path()), n, 0), Path(folder))
            real, synthetic, labels = (Path(folder) / part for part in ("real", "synthetic", "labels.csv"))
            found = audit(real, synthetic, labels, seed=0, jobs=1)
        (out / f"{name}.json").write_text(json.dumps(found.document, indent=1, default=str), encoding="utf-8")
        typer.echo(name)


@app.command()
def compare(before: Path, after: Path) -> None:
    """Prints what differs by more than 1e-12 of its size; exits with 1 if anything does."""
    different = 0
    for path in sorted(before.glob("*.json")):
        pair = (json.loads((folder / path.name).read_text(encoding="utf-8")) for folder in (before, after))
        found = list(differences(*pair, path.stem))
        different += len(found)
        typer.echo(f"{path.stem}: {len(found)} differences")
        for line in found[:20]:
            typer.echo(f"  {line}")
    raise typer.Exit(1 if different else 0)


def differences(left: Any, right: Any, place: str) -> Iterator[str]:
    """Places at which two documents differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            if key not in IGNORED:
                yield from differences(left.get(key), right.get(key), f"{place}/{key}")
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield f"{place}: {len(left)} against {len(right)} entries"
        for i, pair in enumerate(zip(left, right, strict=False)):
            yield from differences(*pair, f"{place}/{i}")
    elif not _same(left, right):
        yield f"{place}: {left!r} against {right!r}"


def _same(left: Any, right: Any) -> bool:
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (left, right))
    if not numbers:
        return bool(left == right)
    return bool(np.isclose(left, right, rtol=TOLERANCE, atol=TOLERANCE)) or (math.isnan(left) and math.isnan(right))


if __name__ == "__main__":
    app()
