"""What an audit says of a generator's images, in a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.generators.sets import Part, Pixels
from gan_audit import audit

KEYS = {
    "precision": "precision@random-conv",
    "recall": "recall@random-conv",
    "memorization_ratio": "memorization.ratio@pixels",
    "close_fraction": "memorization.close_fraction@pixels",
    "agreement": "labels.agreement@random-conv",
}
"""Name in the table to key of the check."""


def figures(real: Part, images: Pixels, labels: list[str] | None) -> dict[str, Any]:
    """Key figures of the audit of `images` against the images their generator was trained on.

    frechet_ratio: Fréchet distance over that between two halves of the real images, both at the same number of images.
    """
    given = (real.labels, labels) if labels else None
    document = audit(
        real.images, images, given, embeddings=["random-conv", "pixels"], jobs=1, device="cpu", offline=True
    ).document
    checks = {check["key"]: check for check in document["checks"]}
    frechet = checks["frechet@random-conv"]
    found = {name: checks[key]["estimate"] if key in checks else None for name, key in KEYS.items()}
    found["agreement_of_real"] = _reference(checks.get(KEYS["agreement"])) if labels else None
    return {
        "frechet_ratio": frechet["estimate"] / frechet["reference"]["estimate"],
        **found,
        "verdict": document["verdict"]["status"],
        "findings": [finding["id"] for finding in document["findings"]],
    }


def spread_evenly(part: Part, count: int) -> Part:
    """At most `count` images of a part, always the same."""
    rows = np.sort(np.random.default_rng(1).permutation(len(part.images))[:count])
    return Part(part.images[rows], [part.labels[row] for row in rows])


def _reference(check: dict[str, Any] | None) -> float | None:
    return check["reference"]["estimate"] if check and check["reference"] else None
