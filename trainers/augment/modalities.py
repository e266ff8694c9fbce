"""What may be done to an image of each modality, and why: a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Largest change of each kind; 0 for a kind that the modality forbids."""

    why: str
    rotation: float = 0.0
    """Degrees, either way, in the plane of the last two axes."""
    translation: float = 0.0
    """Share of the side, either way."""
    scale: float = 0.0
    """Share by which an image may grow or shrink."""
    flip: bool = False
    """Mirror along the last axis."""
    turn: bool = False
    """Any multiple of 90 degrees, and mirrors along both axes."""
    elastic: float = 0.0
    """Standard deviation of a smooth displacement, as a share of the side (Simard 2003)."""
    contrast: float = 0.0
    """Share by which distances from the image's mean may grow or shrink."""
    brightness: float = 0.0
    """Share of the image's range added or taken."""
    gamma: float = 0.0
    """Natural logarithm of the exponent, either way."""
    bias: float = 0.0
    """Strength of a smooth multiplicative field (a coil's sensitivity), as a share."""
    speckle: float = 0.0
    """Standard deviation of multiplicative noise, as a share."""
    noise: float = 0.0
    """Standard deviation of additive noise, as a share of the image's range."""


MODALITIES: Mapping[str, Limits] = {
    "ct": Limits(
        "Hounsfield units mean tissue, so that grey values stay; left and right differ inside the body.",
        rotation=7, translation=0.05, scale=0.08, elastic=0.01, noise=0.005,
    ),
    "mri": Limits(
        "The scale is arbitrary and the coil's sensitivity varies, so that contrast, gamma and a smooth field may.",
        rotation=7, translation=0.05, scale=0.08, elastic=0.01, contrast=0.15, gamma=0.15, bias=0.2, noise=0.01,
    ),
    "xray": Limits(
        "Exposure and posture vary; the heart lies on the left, so that nothing is mirrored.",
        rotation=7, translation=0.06, scale=0.08, contrast=0.15, brightness=0.05, gamma=0.15, noise=0.01,
    ),
    "ultrasound": Limits(
        "The probe may be held either way round and gain varies; speckle multiplies; down is away from the probe.",
        rotation=5, translation=0.05, scale=0.08, flip=True, contrast=0.15, brightness=0.05, speckle=0.08,
    ),
    "histology": Limits(
        "A slide has no up or down; staining and lighting vary a little.",
        translation=0.05, scale=0.05, turn=True, elastic=0.01, contrast=0.1, brightness=0.05, noise=0.005,
    ),
    "cells": Limits(
        "A cell may lie any way round; exposure varies.",
        translation=0.08, scale=0.1, turn=True, elastic=0.015, contrast=0.15, brightness=0.05, noise=0.01,
    ),
}  # fmt: skip
"""Name to limits; the names are those of `gan-audit run --modality`."""
