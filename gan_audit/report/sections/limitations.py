"""What a reader must not conclude: rules over the document, each printed only where it is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gan_audit.report.models import Block, Bullets
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import declared
from gan_audit.report.small_counts import note
from gan_audit.report.text import clean
from gan_audit.report.words import plural

Rule = Callable[[Context], str]
SMALL = 2048
"""Images below which a Fréchet distance is strongly biased upward: the dimension of Inception's features."""


def limitations(context: Context) -> Iterator[Block]:
    """The run's own notes, the rules that hold, and what the sponsor adds."""
    notes = [("Noted in this run.", clean(note, 600)) for note in context.document.get("notes") or ()]
    rules = [(title, text) for title, rule in RULES.items() if (text := rule(context))]
    yield Bullets(tuple(notes + rules))
    yield declared(context, "limitations")


def _no_holdout(context: Context) -> str:
    if context.document["inputs"].get("holdout"):
        return ""
    return (
        "Closeness to training images was compared with closeness among real images, not with images that the "
        "generator never saw. Supply a holdout set to tell memorization from a homogeneous population."
    )


def _copies(context: Context) -> str:
    if not any(entry.id == "memorization.duplicates" and entry.value.src for entry in context.entries):
        return ""
    return (
        "Comparison of pixels cannot see a patient who is shown again in another view or with other anatomy around. "
        "That no copy was found does not show that no patient can be recognized."
    )


def _ungrouped(context: Context) -> str:
    roles = [role for role, given in context.document["inputs"].items() if given and given.get("grouped") is False]
    if not roles:
        return ""
    return (
        f"Which images belong to one patient is not known for: {', '.join(map(clean, sorted(roles)))}. Intervals "
        "take every image for independent and are too narrow where patients have several images."
    )


def _natural(context: Context) -> str:
    if not any(space["name"] == "inception" for space in context.document["spaces"]):
        return ""
    return (
        "The space inception was trained on photographs; its distances need not follow what matters in this modality."
    )


def _frechet(context: Context) -> str:
    sizes = [entry.check["n_synthetic"] for entry in context.of_id("frechet") if entry.value.src]
    if not sizes or min(sizes) >= SMALL:
        return ""
    return (
        f"The Fréchet distance grows as samples shrink; the smallest here has {min(sizes)} synthetic images. Compare "
        "it with the real-against-real value beside it, not with values at other sample sizes."
    )


def _multiple(context: Context) -> str:
    tests = sum(entry.check.get("p_value") is not None for entry in context.entries)
    if tests < 2:
        return ""
    return (
        f"{tests} results carry a p-value. Adjusted p-values account for the family of tests named in each check's "
        "details, not for all checks together."
    )


def _labels(context: Context) -> str:
    if not any((given or {}).get("classes") for given in context.document["inputs"].values()):
        return "No labels were supplied: nothing was evaluated by class."
    return "Labels of the real images were taken as given; an error in them moves every result by class."


def _eight_bit(context: Context) -> str:
    depths = str((context.document["inputs"].get("real") or {}).get("bit_depths", ""))
    if not depths.startswith("8") or ";" in depths:
        return ""
    return "The real images are stored with 8 bits: what was lost before they were stored is not seen here."


def _rejected(context: Context) -> str:
    total = sum(len((given or {}).get("rejected") or ()) for given in context.document["inputs"].values())
    return f"{plural(total, 'file')} could not be read and took no part." if total else ""


def _small_cells(context: Context) -> str:
    return note(context.document)


def _default(context: Context) -> str:
    if not context.document["policy"].get("is_default"):
        return ""
    return "Limits come from the default policy. None of them is taken from a regulation or a standard."


def _undecided(context: Context) -> str:
    states = [entry.state for entry in context.entries]
    undecided, skipped = states.count("inconclusive"), sum("not-evaluated" in state for state in states)
    if not undecided and not skipped:
        return ""
    return (
        f"{plural(undecided, 'result')} inconclusive and {plural(skipped, 'result')} not evaluated: more images, or "
        "what the remedies name, would be needed. Neither counts as met."
    )


def _always(_: Context) -> str:
    return (
        "The audit compares images as data. It shows nothing of how a device performs, nor that the images are fit "
        "for a purpose; both need real data and a clinical judgement."
    )


RULES: dict[str, Rule] = {
    "No unseen real images.": _no_holdout,
    "Copies.": _copies,
    "Patients.": _ungrouped,
    "Feature space.": _natural,
    "Sample size.": _frechet,
    "Multiple tests.": _multiple,
    "Labels.": _labels,
    "Bit depth.": _eight_bit,
    "Unreadable files.": _rejected,
    "Small classes.": _small_cells,
    "Default limits.": _default,
    "Undecided.": _undecided,
    "Scope.": _always,
}
