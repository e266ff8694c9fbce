"""Names for images that tell nothing to whoever does not hold the real images."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from gan_audit.types import Role

PREFIXES: dict[Role, str] = {"real": "R-", "synthetic": "S-", "holdout": "H-"}
DIGITS = 10
"""Hexadecimal digits after the prefix."""


def pseudonym_key(real_digests: Iterable[str]) -> bytes:
    """The key, a function of the real images' content.

    File names and patient numbers can be enumerated, so a plain digest of them protects nothing; whoever lacks the
    real images cannot compute this key, and an audit of the same images gives the same names again.
    """
    digest = hashlib.sha256(b"gan-audit pseudonyms")
    for content in sorted(real_digests):
        digest.update(content.encode())
    return digest.digest()


def pseudonyms(role: Role, ids: Iterable[str], key: bytes) -> dict[str, str]:
    """Id to pseudonym (`R-1f3a90c2d4`), different for all; the order of `ids` does not matter."""
    taken: dict[str, str] = {}
    for id in sorted(ids):
        name, attempt = _name(role, id, key, 0), 0
        while name in taken:
            attempt += 1
            name = _name(role, id, key, attempt)
        taken[name] = id
    return {id: name for name, id in taken.items()}


def _name(role: Role, id: str, key: bytes, attempt: int) -> str:
    """HMAC-SHA256 of role and id; `attempt` is counted up where two ids of a set would share a name."""
    message = f"{role}/{id}" + (f"#{attempt}" if attempt else "")
    return PREFIXES[role] + hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:DIGITS]
