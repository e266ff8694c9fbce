"""The first screen: the verdict, what it counts, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gan_audit.report.entries import Entry, scope_words
from gan_audit.report.models import Banner, Cell, Fact, FindingView
from gan_audit.report.numbers import count
from gan_audit.report.sections.context import Context, short_digest
from gan_audit.report.text import clean, moment, pointer, words
from gan_audit.report.words import FINDINGS, GATE, ROLES, SEVERITIES, SHORT, STATES, plural

CAUTION = "This is a statistical comparison of the supplied files. It is not a regulatory decision."
DEFAULT_POLICY = "The default policy was in force: its limits are starting points that you must justify for your use."
TALLY = ("not-met", "inconclusive", "required-not-evaluated", "waived", "warning", "not-evaluated", "met")


def banner(context: Context) -> Banner:
    """The verdict with the counts behind it."""
    state, word = GATE[context.document["verdict"]["status"]]
    return Banner(state, word, sentence(context), tuple(_facts(context)), _tally(context), tuple(_cautions(context)))


def sentence(context: Context) -> str:
    """`2 of 14 gated criteria not met, 1 inconclusive, 3 required declarations missing.`"""
    gated = [entry for entry in context.entries if entry.gated]
    states = Counter(entry.state for entry in gated)
    first = "not-met" if states["not-met"] else "met"
    parts = [f"{states[first]} of {plural(len(gated), 'gated criterion', 'gated criteria')} {SHORT[first]}"]
    parts += [_counted(gated, state) for state in ("inconclusive", "required-not-evaluated", "not-evaluated", "waived")]
    warnings = sum(entry.state == "warning" for entry in context.entries)
    parts.append(plural(warnings, "warning") if warnings else "")
    missing = len(context.missing())
    parts.append(f"{plural(missing, 'required declaration')} missing" if missing else "")
    return ", ".join(part for part in parts if part) + "."


def findings(context: Context) -> tuple[FindingView, ...]:
    """Diagnoses, the gravest first."""
    anchors = {str(entry.check["key"]): entry.link for entry in context.entries}
    order = list(SEVERITIES)
    found = sorted(context.document["findings"], key=lambda item: order.index(item["severity"]))
    return tuple(
        FindingView(
            FINDINGS.get(item["id"], words(item["id"])),
            item["severity"],
            SEVERITIES[item["severity"]],
            scope_words(item["scope"]),
            clean(item["message"], 600),
            tuple(anchors.get(key) or Cell(clean(key, 120), code=True) for key in item["evidence"]),
        )
        for item in found
    )


def _counted(gated: list[Entry], state: str) -> str:
    members = [entry for entry in gated if entry.state == state]
    if not members:
        return ""
    text = f"{len(members)} {SHORT[state]}"
    if state == "inconclusive":
        required = sum(bool(entry.check.get("required")) for entry in members)
        return text + (f" ({required} required)" if required else "")
    if state == "waived":
        return f"{text} (until {_first_expiry(members)})"
    return text


def _first_expiry(members: list[Entry]) -> str:
    return min(clean((entry.check.get("waiver") or {}).get("expires") or "not stated", 40) for entry in members)


def _tally(context: Context) -> tuple[tuple[str, str, str], ...]:
    states = Counter(entry.state for entry in context.entries if entry.judged)
    return tuple((state, STATES[state], str(states[state])) for state in TALLY if states[state])


def _facts(context: Context) -> Iterator[Fact]:
    document = context.document
    policy = document["policy"]
    yield Fact("Policy", Cell(clean(policy.get("name") or "not named"), pointer("policy", "name")))
    yield Fact("Policy digest", Cell(short_digest(document["policy_sha256"]), pointer("policy_sha256"), code=True))
    for role, title in ROLES.items():
        given = document["inputs"].get(role)
        src = pointer("inputs", role, "n_images")
        text = f"{count(given['n_images'])} images" if given else "not supplied"
        yield Fact(title, Cell(text, src if given else ""))
    yield Fact("Confidence level", Cell(context.confidence, pointer("policy", "confidence")))
    yield Fact("Audit digest", Cell(context.digest[:12], code=True))
    yield Fact("Created", Cell(moment(document["created"]), pointer("created")))


def _cautions(context: Context) -> Iterator[str]:
    yield CAUTION
    if context.document["policy"].get("is_default"):
        yield DEFAULT_POLICY
