"""Command: python -m benchmarks.generators --out FOLDER --data FOLDER; run again, it goes on where it stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.generators.memorization import curves, verdicts
from benchmarks.generators.runner import MODELS, Wanted, measure, rows
from benchmarks.generators.sets import SETS
from benchmarks.generators.table import insert, table

PICTURE = "generators-memorization.svg"


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = Wanted(options.out, options.data, _list(options.sets), _list(options.models), options.seconds)
    for row in measure(wanted):
        print({name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}, flush=True)
    if options.memorization:
        picture = (options.docs.parent if options.docs else options.out) / PICTURE
        for name, line in curves(options.out, options.data, options.seconds, picture).items():
            print(name, [(round(second), round(ratio, 2)) for second, ratio in line])
        for name, found in verdicts(options.out, options.data, options.seconds).items():
            print(f"audit of the generator of {name}:", found)
    if options.docs:
        for name in wanted.sets:
            insert(options.docs, name, table(rows(options.out), name))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="runs and results")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of pneumoniamnist_train")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--seconds", type=float, default=180.0, help="CPU seconds that a model trains")
    parser.add_argument("--memorization", action="store_true", help="also train on 200 digits, twice")
    parser.add_argument("--docs", type=Path, help="file whose tables are replaced")
    return parser.parse_args()


def _list(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    main()
