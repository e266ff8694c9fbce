"""Versions of installed packages: the one place that asks for them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def version_of(distribution: str) -> str | None:
    """The version of an installed distribution, by the name pip knows it by; None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
