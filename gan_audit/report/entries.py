"""A check of audit.json with its words: state, place, and each of its numbers as a cell that names its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from gan_audit.report.charts.svg import spark
from gan_audit.report.models import Cell
from gan_audit.report.numbers import DASH, FRACTIONS, count, interval, line, p_value, quantity, stated, suffix
from gan_audit.report.small_counts import SMALLEST, hidden_counts, smallest, without_counts
from gan_audit.report.text import clean, pointer, words
from gan_audit.report.words import FAMILY_OF, STATES

LONGEST_KEY = 120
"""A longer key, or one with characters that cannot be seen, is pointed at by its position."""
_NEGATIVE = re.compile(r"(?<![\w.-])-(?=\d)")
OPERATORS = {"<=": "≤", ">=": "≥"}


@dataclass(frozen=True)
class Entry:
    """One check of the document."""

    check: Mapping[str, Any] = field(repr=False)
    index: int
    title: str
    family: str
    state: str
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Classes whose number of real images is not printed, and what is printed instead."""
    least: int = SMALLEST
    """Fewest patients of a class who are counted."""

    @property
    def id(self) -> str:
        """The check's identifier."""
        return clean(self.check["id"], LONGEST_KEY)

    @property
    def key(self) -> str:
        """The check's key as printed."""
        return clean(self.check["key"], LONGEST_KEY)

    @property
    def anchor(self) -> str:
        """Anchor of the result on the page."""
        return f"result-{self.index}"

    @property
    def space(self) -> str:
        """Feature space, or an empty string."""
        return clean(self.check.get("space") or "", LONGEST_KEY)

    @property
    def overall(self) -> bool:
        """Whether it is over all images."""
        return bool(self.check["scope"] == "all")

    @property
    def scope(self) -> str:
        """The class, or `All images`."""
        return scope_words(str(self.check["scope"]))

    @property
    def judged(self) -> bool:
        """Whether the policy sets a criterion for it."""
        return self.check.get("level", "error") in ("error", "warn") and self.state != "informative"

    @property
    def gated(self) -> bool:
        """Whether the gate depends on it."""
        return self.judged and self.check.get("level", "error") == "error"

    @property
    def verdict(self) -> str:
        """Words of the badge."""
        return STATES[self.state]

    @property
    def badge(self) -> Cell:
        """The verdict as a badge."""
        return Cell(self.verdict, src=self.src("status"), state=self.state)

    @property
    def link(self) -> Cell:
        """The key, leading to the result."""
        return Cell(self.key, href=self.anchor, code=True)

    def src(self, *steps: object) -> str:
        """JSON pointer to a part of this check; the key stands for its position in the list."""
        key = str(self.check["key"])
        plain = len(key) <= LONGEST_KEY and clean(key) == key
        return pointer("checks", key if plain else self.index, *steps)

    @property
    def value(self) -> Cell:
        """The estimate."""
        return Cell(quantity(self.check["estimate"], self._sign, self._line), self._given("estimate"))

    @property
    def interval(self) -> Cell:
        """The confidence interval."""
        return Cell(interval(self.check["ci"], self._sign, self._line), self._given("ci"))

    @property
    def ends(self) -> tuple[Cell, Cell]:
        """The two ends of the interval."""
        bounds = self.check["ci"] or (None, None)
        low, high = (Cell(quantity(bound, self._sign, self._line)) for bound in bounds)
        if not self.check["ci"]:
            return low, high
        return replace(low, src=self.src("ci", 0)), replace(high, src=self.src("ci", 1))

    @property
    def reference(self) -> Cell:
        """The same statistic between two halves of the real data, its interval below it."""
        found = self.check["reference"]
        if not found or found.get("estimate") is None:
            return Cell(DASH)
        value = Cell(quantity(found["estimate"], self._sign), self.src("reference", "estimate"))
        return _stacked(value, Cell(interval(found.get("ci"), self._sign), self.src("reference", "ci")))

    @property
    def measured(self) -> Cell:
        """The estimate, its interval below it."""
        return _stacked(self.value, self.interval)

    @property
    def limit(self) -> Cell:
        """The criterion, `≤ 5 %`."""
        found = self.check["threshold"]
        if self.limit_value is None:
            return Cell(DASH)
        operator = OPERATORS.get(found["op"], clean(found["op"], 4))
        return Cell(f"{operator} {stated(self.limit_value, self._sign, self._measures)}", self.src("threshold"))

    @property
    def p_values(self) -> Cell:
        """The p-value, the adjusted one below it."""
        return _stacked(self.p, self.p_adjusted)

    @property
    def sizes(self) -> Cell:
        """Real images used, synthetic ones below."""
        return Cell("", parts=(self.n_real, self.n_synthetic))

    @property
    def p(self) -> Cell:
        """p-value."""
        return Cell(p_value(self.check.get("p_value")), self._given("p_value"))

    @property
    def p_adjusted(self) -> Cell:
        """Adjusted p-value."""
        return Cell(p_value(self.check.get("p_adjusted")), self._given("p_adjusted"))

    @property
    def is_hidden(self) -> bool:
        """Whether the number of real images of its class is not printed."""
        return str(self.check["scope"]).removeprefix("class:") in self.hidden

    def shareable(self, sentence: str) -> str:
        """A sentence of this check without the counts that are not printed."""
        return without_counts(sentence, str(self.check["scope"]), self.hidden, self.least)

    @property
    def n_real(self) -> Cell:
        """Real images used."""
        hidden = self.hidden.get(str(self.check["scope"]).removeprefix("class:"))
        return Cell(hidden) if hidden else Cell(count(self.check["n_real"]), self.src("n_real"))

    @property
    def n_synthetic(self) -> Cell:
        """Synthetic images used."""
        return Cell(count(self.check["n_synthetic"]), self.src("n_synthetic"))

    @property
    def message(self) -> str:
        """The check's own sentence."""
        told = self.shareable(str(self.check["message"]))
        return _NEGATIVE.sub("−", clean(told, 600)).replace(" %", "\N{NO-BREAK SPACE}%")

    @property
    def remedy(self) -> str:
        """What to do about a check that was not evaluated."""
        return clean(self.check.get("remedy") or "", 600)

    @property
    def waiver(self) -> str:
        """Who set the criterion aside, until when and why; empty where nobody did."""
        found = self.check.get("waiver")
        if not found or self.state != "waived":
            return ""
        who, until, why = (clean(found.get(key) or "not stated") for key in ("approved_by", "expires", "reason"))
        return f"Waived by {who} until {until}. Reason: {why}"

    @property
    def graphic(self) -> Cell:
        """Value, interval, reference and limit on one axis."""
        if self.check["estimate"] is None:
            return Cell("")
        reference, threshold = self.check["reference"] or {}, self.check["threshold"]
        limit = None if self.limit_value is None else (threshold["op"], self.limit_value)
        drawn = spark(
            self.check["estimate"],
            tuple(self.check["ci"]) if self.check["ci"] else None,
            tuple(reference["ci"]) if reference.get("ci") else None,
            limit,
            self.state,
        )
        return Cell("", graphic=drawn)

    @property
    def unit(self) -> str:
        """Unit of the estimate, said once beside the title; empty where it is a percentage or a plain ratio."""
        unit = clean(self.check["unit"], 60)
        return unit if suffix(unit) and not suffix(unit).endswith("%") else ""

    @property
    def is_share(self) -> bool:
        """Whether the estimate is a fraction that is printed as a percentage."""
        return self.check["unit"] in FRACTIONS

    @property
    def _sign(self) -> str:
        """What follows each number: a percent sign or nothing."""
        return "" if self.unit else str(self.check["unit"])

    @property
    def limit_value(self) -> float | None:
        """The criterion's number, where there is one."""
        found = self.check["threshold"] or {}
        return found.get("value")

    @property
    def _measures(self) -> list[float]:
        """The numbers that are compared with the limit."""
        return [number for number in (self.check["estimate"], *(self.check["ci"] or ())) if number is not None]

    @property
    def _line(self) -> Decimal | None:
        """The limit as it is printed."""
        return None if self.limit_value is None else line(self.limit_value, self._sign, self._measures)

    def _given(self, name: str) -> str:
        return "" if self.check.get(name) is None else self.src(name)


def _stacked(value: Cell, bounds: Cell) -> Cell:
    return Cell("", parts=(value, replace(bounds, minor=True))) if bounds.text != DASH else value


def entries(document: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Every check in the document's order."""
    methods = document.get("methods") or {}
    waived = set(document["verdict"].get("waived") or ())
    hidden = hidden_counts(document)
    return tuple(
        Entry(
            check,
            index,
            clean((methods.get(check["id"]) or {}).get("title") or words(check["id"]), LONGEST_KEY),
            family_of(check["id"], methods),
            state_of(check, check["key"] in waived),
            hidden,
            smallest(document),
        )
        for index, check in enumerate(document["checks"])
    )


def scope_words(scope: str) -> str:
    """`All images`, or the class's name."""
    named = {"all": "All images", "class:*": "every class"}
    return named.get(scope) or clean(scope.removeprefix("class:"), LONGEST_KEY)


def family_of(id: str, methods: Mapping[str, Any]) -> str:
    """The family a check belongs to."""
    return str((methods.get(id) or {}).get("family") or FAMILY_OF.get(id.split(".")[0], "other"))


def state_of(check: Mapping[str, Any], waived: bool) -> str:
    """A failed criterion of level `warn` is a warning; a waived one is waived and never met."""
    status, level = check["status"], check.get("level", "error")
    if level not in ("error", "warn") and status != "skipped":
        return "informative"
    if waived and status != "pass":
        return "waived"
    return {
        "pass": "met",
        "fail": "not-met" if level == "error" else "warning",
        "inconclusive": "inconclusive",
        "skipped": "required-not-evaluated" if check.get("required") else "not-evaluated",
        "info": "informative",
    }[status]
