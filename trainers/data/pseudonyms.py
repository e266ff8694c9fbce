"""Names for images and patients that tell nothing to whoever does not hold the real images."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io

from gan_audit.types import Sample
from trainers.config import RunConfig
from trainers.data.images import Images
from trainers.data.prepare import Prepared

DIGITS = 16
"""Hexadecimal digits after the prefix."""


def group_pseudonym(sample: Sample, key: bytes) -> str:
    """`G-` and 16 hexadecimal digits for a patient; an image without a patient stands for one.

    HMAC-SHA256 keyed by the content of the real images: patient numbers can be enumerated, so a plain digest of them
    would protect nothing.
    """
    owner = f"image/{sample.id}" if sample.group is None else f"group/{sample.group}"
    return "G-" + hmac.new(key, owner.encode(), hashlib.sha256).hexdigest()[:DIGITS]


def training_groups(images: Images, prepared: Prepared) -> list[str]:
    """Pseudonyms of every patient the generator saw, sorted."""
    return sorted({group_pseudonym(sample, images.key) for sample in prepared.data.samples})


def split_table(images: Images, prepared: Prepared, config: RunConfig) -> str:
    """CSV of every image: pseudonym, patient's pseudonym, label, fold, and whether it was trained on."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("image", "group", "label", "fold", "part"))
    for sample, fold in zip(images.set.samples, prepared.folds, strict=True):
        part = "held-out" if config.folds and fold == config.fold else "training"
        name = group_pseudonym(sample, images.key)
        rows.writerow((sample.pseudonym, name, sample.label or "", fold or "", part))
    return text.getvalue()
