"""The classes of an audit: how many images each has, and every result by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gan_audit.report.entries import Entry
from gan_audit.report.models import Cell
from gan_audit.report.numbers import DASH, count
from gan_audit.report.sections.context import Context
from gan_audit.report.small_counts import hidden_counts
from gan_audit.report.text import clean, pointer
from gan_audit.report.words import SHORT, STATES

SKIPPED = ("required-not-evaluated", "not-evaluated")


@dataclass(frozen=True)
class ClassResults:
    """One class."""

    label: str
    inputs: Mapping[str, Any] = field(repr=False)
    entries: tuple[Entry, ...]
    hidden: str
    """What is printed instead of the number of its real images; empty where that may be printed."""

    @property
    def name(self) -> str:
        """The class as printed."""
        return clean(self.label, 120)

    @property
    def states(self) -> Counter[str]:
        """How many results are in each state."""
        return Counter(entry.state for entry in self.entries)

    @property
    def judged(self) -> int:
        """Results that the policy sets a criterion for."""
        return sum(entry.judged for entry in self.entries)

    @property
    def skipped(self) -> list[Entry]:
        """What could not be evaluated."""
        return [entry for entry in self.entries if entry.state in SKIPPED]

    @property
    def tally(self) -> str:
        """`5 met, 1 not met`."""
        states = self.states
        return ", ".join(f"{states[state]} {SHORT[state]}" for state in STATES if states[state]) or "no result"

    def of(self, role: str) -> int:
        """Images in a set."""
        return int(((self.inputs.get(role) or {}).get("classes") or {}).get(self.label, 0))

    @property
    def real(self) -> Cell:
        """Real images, as may be printed."""
        return Cell(self.hidden) if self.hidden else self._images("real")

    @property
    def synthetic(self) -> Cell:
        """Synthetic images."""
        return self._images("synthetic")

    @property
    def patients(self) -> Cell:
        """Patients of its real images, as may be printed."""
        known = (self.inputs["real"] or {}).get("class_groups") or {}
        if self.label not in known:
            return Cell(DASH if self.of("real") else count(0))
        if self.hidden:
            return Cell(self.hidden.removesuffix(" patients"))
        return Cell(count(known[self.label]), self._src("real", "class_groups"))

    def _images(self, role: str) -> Cell:
        found = self.of(role)
        return Cell(count(found), self._src(role, "classes") if found else "")

    def _src(self, role: str, what: str) -> str:
        plain = clean(self.label, 120) == self.label
        return pointer("inputs", role, what, *([self.label] if plain else []))


def of_classes(context: Context) -> tuple[ClassResults, ...]:
    """Every class of either set or of any result, by name."""
    inputs = context.document["inputs"]
    hidden = hidden_counts(context.document)
    found: dict[str, list[Entry]] = {
        label: [] for given in inputs.values() for label in ((given or {}).get("classes") or ())
    }
    for entry in context.entries:
        if not entry.overall:
            found.setdefault(str(entry.check["scope"]).removeprefix("class:"), []).append(entry)
    return tuple(
        ClassResults(label, inputs, tuple(found[label]), hidden.get(label, "")) for label in sorted(found, key=str)
    )


def reasons(results: ClassResults) -> list[tuple[str, int]]:
    """Why something could not be evaluated, with how many results share the reason."""
    told = Counter(f"{entry.message} {entry.remedy}".strip() for entry in results.skipped)
    return list(told.items())
