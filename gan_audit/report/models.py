"""What a template may see: ready strings, in the order of the page. A template loops, escapes and switches, no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from gan_audit.report.numbers import DASH


@dataclass(frozen=True)
class Cell:
    """One value on the page."""

    text: str
    src: str = ""
    """JSON pointer into audit.json to the value shown; empty for words of our own."""
    href: str = ""
    """Anchor on the same page."""
    state: str = ""
    """Shows the text as a badge of this state."""
    graphic: str = ""
    """Drawing of our own making, shown in place of the text, which then describes it."""
    parts: tuple[Cell, ...] = ()
    """Several values, one below the other, in place of the text."""
    minor: bool = False
    """Set back: second to the value above it."""
    code: bool = False
    """Set in a fixed-width face: identifiers, digests."""

    @property
    def absent(self) -> bool:
        """Whether it shows nothing, or only that there is no value."""
        return self.text in ("", DASH) and not (self.parts or self.graphic or self.state)


@dataclass(frozen=True)
class Column:
    """Head of a table's column."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Row:
    """A table's row; one with a heading alone opens a group of rows."""

    cells: tuple[Cell, ...] = ()
    heading: str = ""
    note: str = ""
    """A sentence below the row, across all columns."""
    anchor: str = ""
    minor: bool = False
    """Set back: a part of the row above."""


@dataclass(frozen=True)
class Table:
    """A table with its caption."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    anchor: str = ""
    src: str = ""
    form: bool = False
    """Has cells that are left blank for handwriting."""
    stack: bool = False
    """On a narrow screen each row becomes a list of named values, so that nothing lies beyond the edge."""


@dataclass(frozen=True)
class Prose:
    """Paragraphs of our own."""

    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Bullets:
    """A list of sentences, each with an optional bold beginning."""

    kind: ClassVar[str] = "bullets"
    items: tuple[tuple[str, str], ...]
    """(beginning, sentence)."""


@dataclass(frozen=True)
class Fact:
    """A name and a value."""

    name: str
    cell: Cell


@dataclass(frozen=True)
class Facts:
    """Names and values, side by side."""

    kind: ClassVar[str] = "facts"
    title: str
    items: tuple[Fact, ...]


@dataclass(frozen=True)
class Answer:
    """What the sponsor declared on one question."""

    title: str
    question: str
    text: str
    """Empty where nothing was declared."""
    required: bool
    src: str


@dataclass(frozen=True)
class Declared:
    """The sponsor's answers on one subject."""

    kind: ClassVar[str] = "declared"
    title: str
    byline: str
    answers: tuple[Answer, ...]
    blank: bool
    """Nothing was answered: the questions are listed in one sentence."""


@dataclass(frozen=True)
class Figure:
    """A drawing, three times: static, interactive where that adds something, and as a table."""

    kind: ClassVar[str] = "figure"
    anchor: str
    title: str
    caption: str
    svg: str
    """Static drawing, SVG of our own making."""
    live: dict[str, Any]
    """Traces and layout for Plotly; empty where the static drawing says all."""
    table: Table


@dataclass(frozen=True)
class Result:
    """The result over all images, as a card shows it."""

    anchor: str
    value: Cell
    interval: Cell
    unit: str
    facts: tuple[Fact, ...]
    """Reference, limit, p-values, n; those there are."""
    badge: Cell
    message: str
    remedy: str
    waiver: str
    graphic: Cell


@dataclass(frozen=True)
class Card:
    """One check in one feature space, over every scope."""

    anchor: str
    title: str
    space: str
    level: str
    state: str
    """The worst over all scopes."""
    verdict: str
    apart: bool
    """Whether the result over all images is another one."""
    summary: str
    """Counts by class, where scopes differ."""
    main: Result | None
    """The result over all images, where there is one."""
    scopes: Table | None
    """The results by class."""
    details: tuple[Fact, ...]
    plots: tuple[Figure, ...]
    class_plots: tuple[Figure, ...]
    notes: tuple[str, ...]
    """What could not be shown."""
    tables: tuple[Table, ...]
    """Short tables; all stand in the appendix."""
    links: tuple[Cell, ...]
    """Where the tables stand in the appendix."""


@dataclass(frozen=True)
class CheckBlock:
    """One statistic: what it asks and what it means, and a card for each feature space."""

    kind: ClassVar[str] = "check"
    anchor: str
    id: str
    title: str
    unit: str
    question: str
    means: str
    does_not_mean: str
    method: str
    """Anchor of the method card."""
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Verbatim:
    """Text as it was, in a fixed-width face."""

    kind: ClassVar[str] = "verbatim"
    text: str


@dataclass(frozen=True)
class MethodNote:
    """How a statistic is computed."""

    kind: ClassVar[str] = "method"
    anchor: str
    id: str
    title: str
    items: tuple[Fact, ...]


Block = Table | Prose | Bullets | Facts | Declared | CheckBlock | Figure | Verbatim | MethodNote


@dataclass(frozen=True)
class Section:
    """A numbered part of the report."""

    number: str
    anchor: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class FindingView:
    """A diagnosis."""

    title: str
    level: str
    """high, medium or low."""
    severity: str
    """The level in words."""
    scope: str
    message: str
    evidence: tuple[Cell, ...]


@dataclass(frozen=True)
class Banner:
    """The verdict, before anything else."""

    state: str
    word: str
    sentence: str
    """Counts behind the word."""
    facts: tuple[Fact, ...]
    tally: tuple[tuple[str, str, str], ...]
    """(state, word, number)."""
    caution: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The whole page."""

    title: str
    digest: str
    """SHA-256 of audit.json, hexadecimal."""
    digest_short: str
    """Its first twelve digits."""
    created: str
    tool: str
    confidence: str
    """Confidence level of the intervals, `95 %`."""
    byline: str
    """Who made the declarations."""
    control: tuple[Fact, ...]
    """Document control."""
    signatures: tuple[tuple[str, str], ...]
    """(role, name)."""
    banner: Banner
    findings: tuple[FindingView, ...]
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = field(default=())
    """Every figure of the page, in order."""
