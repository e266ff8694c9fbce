"""Tables of text that the report prints, one TOML file each."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read_toml(name: str) -> dict[str, Any]:
    """The file `name`.toml of this folder."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
