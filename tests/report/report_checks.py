"""Checks of an invented audit: every state, with details as real checks have them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from report_pictures import bars, contours, ecdf, forest, heatmap, matrix

Document = dict[str, Any]
WAIVER = {"reason": "classes are small by design", "approved_by": "J. Doe", "expires": "2027-01-31"}


def all_checks(classes: tuple[str, ...], features: int) -> list[Document]:
    """Memorization, distances, features, labels, and what was not evaluated."""
    rng = random.Random(7)
    return [*_memorization(rng, classes), *_sets(classes), *_features(rng, classes, features), *_absent()]


def check(id: str, space: str | None = None, scope: str = "all", **given: Any) -> Document:
    """One check; what is not given is null."""
    key = id + (f"@{space}" if space else "") + ("" if scope == "all" else f"/{scope}")
    base = {
        "id": id,
        "key": key,
        "space": space,
        "scope": scope,
        "status": "pass",
        "level": "error",
        "required": False,
        "waiver": None,
        "estimate": None,
        "unit": "",
        "ci": None,
        "reference": None,
        "threshold": None,
        "p_value": None,
        "p_adjusted": None,
        "n_real": 600,
        "n_synthetic": 580,
        "message": "",
        "remedy": None,
        "details": {},
    }
    return {**base, **given}


def _memorization(rng: random.Random, classes: tuple[str, ...]) -> Iterator[Document]:
    close = {"op": "<=", "value": 0.05}
    yield check(
        "memorization.close_fraction",
        "radiomics",
        status="fail",
        required=True,
        estimate=0.2103,
        unit="share",
        ci=[0.179, 0.2454],
        reference={"estimate": 0.0102, "ci": [0.0033, 0.021]},
        threshold=close,
        p_value=0.00002,
        message="122 of 580 synthetic images lie nearer to a real image than real patients lie to each other.",
        details=_evidence(rng),
    )
    yield check(
        "memorization.close_fraction",
        "pixels",
        required=True,
        estimate=0.0498,
        unit="share",
        ci=[0.0342, 0.0499996],
        threshold=close,
        message="29 of 580 synthetic images lie nearer to a real image.",
    )
    for label in classes:
        yield check(
            "memorization.close_fraction",
            "radiomics",
            f"class:{label}",
            status="info",
            level="info",
            estimate=rng.random(),
            unit="share",
            ci=[0.0, 1.0],
            n_real=200,
            n_synthetic=193,
        )
    yield from _copies(rng)


def _evidence(rng: random.Random) -> Document:
    rows = [[f"S-{i:08x}", f"R-{i * 7:08x}", 0.01 * i] for i in range(10)]
    columns = ["synthetic image", "nearest real image", "distance"]
    return {
        "interval_method": "Wilson's score interval",
        "real_images_with_a_twin": 0,
        "figures": [ecdf(rng)],
        "tables": [{"title": "The nearest pairs", "columns": columns, "rows": rows}],
    }


def _copies(rng: random.Random) -> Iterator[Document]:
    yield check(
        "memorization.ratio",
        "radiomics",
        status="inconclusive",
        required=True,
        estimate=0.762,
        unit="ratio",
        ci=[0.71, 0.81],
        reference={"estimate": 1.003, "ci": [0.94, 1.07]},
        threshold={"op": ">=", "value": 0.75},
        message="Synthetic images lie 0.762 times as far from the nearest real one as real ones do.",
    )
    yield check(
        "memorization.duplicates",
        "pixels-fine",
        required=True,
        estimate=0.0,
        unit="share",
        ci=[0.0, 0.0051],
        threshold={"op": "<=", "value": 0.01},
        message="No synthetic image is a copy of a real one.",
        details={"figures": [bars(rng)]},
    )


def _sets(classes: tuple[str, ...]) -> Iterator[Document]:
    for space in ("radiomics", "random-conv"):
        yield check(
            "frechet",
            space,
            status="fail",
            level="warn",
            estimate=18234.7,
            unit="squared feature units",
            ci=[17011.2, 19420.0],
            reference={"estimate": 9120.3, "ci": [8004.0, 10480.5]},
            threshold={"op": "<=", "value": 15720.75},
            message="The sets differ more than two halves do.",
            details={"matched_n": 290, "all_images": 14310.2, "figures": [contours()] if space == "radiomics" else []},
        )
    yield check(
        "frechet",
        "inception",
        status="skipped",
        message="The weights of inception are not at hand.",
        remedy="Give --weights inception=FILE.",
    )
    for place, label in enumerate(classes):
        yield check(
            "coverage",
            "radiomics",
            f"class:{label}",
            status="pass" if place else "fail",
            waiver=None if place else WAIVER,
            estimate=0.71 + 0.1 * place,
            unit="share",
            ci=[0.66 + 0.1 * place, 0.76 + 0.08 * place],
            threshold={"op": ">=", "value": 0.8},
            n_real=200,
            message=f"Three quarters of real {label} images have a synthetic one among their neighbours.",
        )
    yield check(
        "precision",
        "random-conv",
        estimate=0.99996,
        unit="share",
        ci=[0.998, 1.0],
        threshold={"op": ">=", "value": 0.5},
        message="Nearly all synthetic images lie among the real ones.",
    )


def _features(rng: random.Random, classes: tuple[str, ...], features: int) -> Iterator[Document]:
    names = [f"original_glcm_Feature{i:02d}" for i in range(features)]
    for label in classes:
        rows = [
            [name, rng.random() * 0.3, rng.random(), rng.random(), rng.gauss(10, 3), rng.gauss(10, 3)] for name in names
        ]
        columns = ["feature", "Kolmogorov-Smirnov D", "p", "p adjusted", "median real", "median synthetic"]
        yield check(
            "marginals.ks",
            "radiomics",
            f"class:{label}",
            estimate=0.142,
            unit="D",
            ci=[0.11, 0.19],
            reference={"estimate": 0.13, "ci": [0.09, 0.18]},
            threshold={"op": "<=", "value": 0.27},
            p_value=0.01,
            p_adjusted=0.31,
            n_real=200,
            n_synthetic=193,
            message=f"Nine in ten features of {label} images agree.",
            details={
                "tables": [{"title": f"Every feature of class {label}", "columns": columns, "rows": rows}],
                "figures": [forest(rng, names)],
            },
        )
    yield from _dependence(rng, classes, names)


def _dependence(rng: random.Random, classes: tuple[str, ...], names: list[str]) -> Iterator[Document]:
    for scope in ("all", *(f"class:{label}" for label in classes)):
        yield check(
            "dependence.spearman",
            "radiomics",
            scope,
            estimate=3.1,
            ci=[2.4, 3.9],
            threshold={"op": "<=", "value": 4.2},
            message="Features hang together as in real images.",
            details={"figures": [heatmap(rng, names)]},
        )
    yield check(
        "labels.agreement",
        "radiomics",
        status="info",
        level="info",
        estimate=0.93,
        unit="share",
        ci=[0.9, 0.95],
        message="A classifier of real images agrees with 93 % of the labels.",
        details={"figures": [matrix(rng, classes)]},
    )


def _absent() -> Iterator[Document]:
    yield check(
        "memorization.ct",
        status="skipped",
        required=True,
        message="No holdout set was supplied.",
        remedy="Give --holdout DIR.",
    )
    for id in ("separability.c2st", "leakage.groups"):
        yield check(
            id,
            status="skipped",
            message="This version of gan-audit does not evaluate it.",
            remedy="Examine this point by other means.",
        )
