"""Whether an output folder, and the images it speaks of, are what they were when the audit was made."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gan_audit.data import digests_of
from gan_audit.errors import InputError, UsageError
from gan_audit.report.document.canonical import digest, dumps, load
from gan_audit.report.html import render_html
from gan_audit.report.junit import render_junit
from gan_audit.report.markdown import render_markdown
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.runtime.versions import version_of
from gan_audit.types import Role

State = Literal["ok", "changed", "missing"]
AUDIT = "audit.json"
PLACES = (
    ("report.html", "banner", r"audit digest <code>([0-9a-f]+)</code>"),
    ("report.html", "foot of each printed page", r"@bottom-left \{ content: \"Audit digest ([0-9a-f]+)\""),
    ("report.html", "last line", r"Audit digest \(SHA-256 of audit\.json\): <code>([0-9a-f]+)</code>"),
    ("junit.xml", "property", r"<property name=\"digest\" value=\"([0-9a-f]+)\""),
    ("summary.md", "footer", r"Audit digest `([0-9a-f]+)`"),
)
"""Where a shared file names the audit's digest, whole or its beginning."""
RENDERERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "report.html": render_html,
    "junit.xml": render_junit,
    "summary.md": render_markdown,
}
SHORTEST = 12
"""Digits of the digest that a place must give at least."""


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at."""

    what: str
    state: State
    detail: str


@dataclass(frozen=True)
class Verification:
    """All that was looked at."""

    digest: str
    """Of audit.json as it is now, to be held against the one on a signed copy."""
    rows: tuple[Checked, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is changed or missing."""
        return all(row.state == "ok" for row in self.rows)


def verify(
    folder: Path,
    inputs: Mapping[Role, Path] | None = None,
    *,
    labels: Path | None = None,
    masks: Path | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> Verification:
    """Takes the digests of an output folder again, and those of the inputs that are given.

    inputs: folders by role. labels, masks: as the audit had them, needed only where images have masks.

    What it cannot tell: a folder whose files were all made again from an edited audit.json is consistent; only a
    digest kept elsewhere (a signed copy, a log) shows that. `private/` and a printed PDF are not looked at.

    Raises UsageError where the folder holds no audit.json, one of another major version, or a set is given that
    the audit had not; InputError where something cannot be read, or audit.json does not fit its schema.
    """
    inputs = inputs or {}
    if not (folder / AUDIT).is_file():
        raise UsageError(f"Expected the output folder of an audit, got {folder}, which holds no {AUDIT}.")
    document = load(folder / AUDIT)
    _require_sets(document, inputs, labels is not None or masks is not None)
    files = {name: _bytes(folder / name) for name in (AUDIT, *RENDERERS)}
    found = digest(dumps(document))
    rows = [*_audit(document, files[AUDIT] or b""), *_places(files, found), *_renderings(document, files)]
    rejecting: list[Role] = [role for role in inputs if document["inputs"][role]["rejected"]]
    now = digests_of(inputs, labels=labels, masks=masks, decode=rejecting, jobs=jobs, progress=progress)
    for role, taken in now.items():
        then = document["inputs"][role]
        same = taken.sha256 == then["sha256"]
        counts = f"{taken.n_images} images" + ("" if same else f", {then['n_images']} in the audit")
        words = counts if same else f"{counts}; digest {taken.sha256[:12]}, in the audit {then['sha256'][:12]}"
        rows.append(Checked(f"{role} images", "ok" if same else "changed", words))
    return Verification(found, tuple(rows))


def _require_sets(document: Mapping[str, Any], inputs: Mapping[Role, Path], with_masks: bool) -> None:
    for role in inputs:
        then = document["inputs"].get(role)
        if then is None:
            raise UsageError(f"The audit had no {role} set: leave --{role} out, or name the right output folder.")
        if then.get("masks") and not with_masks:
            raise UsageError(
                f"{then['masks']} {role} images were audited with masks, which are part of their digest: give --masks "
                "or --labels (and then --real too) as in that run."
            )


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Make it readable and verify again.") from error


def _audit(document: Mapping[str, Any], content: bytes) -> Iterator[Checked]:
    canonical = content == dumps(document).encode()
    yield (
        Checked(AUDIT, "ok", "fits its schema, canonical text")
        if canonical
        else Checked(AUDIT, "changed", "not the text that gan-audit writes: it was edited or formatted anew")
    )
    policy = hashlib.sha256(json.dumps(document["policy"], sort_keys=True).encode()).hexdigest()
    given = str(document["policy_sha256"])
    same = policy == given
    words = policy[:12] if same else f"the policy's digest is {policy[:12]}, {AUDIT} says {given[:12]}"
    yield Checked("policy_sha256", "ok" if same else "changed", words)


def _places(files: Mapping[str, bytes | None], found: str) -> Iterator[Checked]:
    for name, place, pattern in PLACES:
        content = files[name]
        what = f"digest in {name}, {place}"
        if content is None:
            yield Checked(what, "missing", f"there is no {name}")
            continue
        named = re.search(pattern, content.decode("utf-8", "replace"))
        if named is None:
            yield Checked(what, "missing", "no digest stands there")
        elif len(named[1]) >= SHORTEST and found.startswith(named[1]):
            yield Checked(what, "ok", named[1][:SHORTEST])
        else:
            yield Checked(what, "changed", f"{named[1][:SHORTEST]}, that of {AUDIT} is {found[:SHORTEST]}")


def _renderings(document: Mapping[str, Any], files: Mapping[str, bytes | None]) -> Iterator[Checked]:
    for name, render in RENDERERS.items():
        if files[name] is None:
            yield Checked(name, "missing", "it was removed or renamed")
        elif files[name] == render(document).encode():
            yield Checked(name, "ok", f"the rendering of {AUDIT}, byte for byte")
        else:
            yield Checked(name, "changed", f"not the rendering of {AUDIT}{_other_versions(document)}")


def _other_versions(document: Mapping[str, Any]) -> str:
    """What else may explain a difference: the programs that render are not those of then."""
    wrote = {"gan-audit": document["tool"].get("version"), "plotly": _packages(document).get("plotly")}
    differing = [f"{name} {then}" for name, then in wrote.items() if then and then != (version_of(name) or "")]
    return f"; it was rendered by {' and '.join(differing)}: verify with those" if differing else ""


def _packages(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document["environment"].get("packages") or {}
    return found
