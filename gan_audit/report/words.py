"""The report's fixed vocabulary: states, levels, families, findings, and which section holds what."""

from __future__ import annotations

from dataclasses import dataclass

STATES = {
    "not-met": "Criterion not met",
    "inconclusive": "Inconclusive",
    "required-not-evaluated": "Not evaluated (required)",
    "waived": "Waived",
    "warning": "Not met (warning)",
    "not-evaluated": "Not evaluated",
    "met": "Criterion met",
    "informative": "Informative",
}
"""State of a result to the words of its badge, the worst first."""

SHORT = {
    "not-met": "not met",
    "inconclusive": "inconclusive",
    "required-not-evaluated": "not evaluated (required)",
    "waived": "waived",
    "warning": "not met (warning)",
    "not-evaluated": "not evaluated",
    "met": "met",
    "informative": "informative",
}
"""The same inside a sentence: `5 met, 1 not met`."""

GATE = {
    "pass": ("met", "Gate met"),
    "fail": ("not-met", "Gate not met"),
    "inconclusive": ("inconclusive", "Gate inconclusive"),
}
"""Verdict's status to state and words."""

LEVELS = {"error": "gate (error)", "warn": "warning", "info": "information", "off": "off"}
"""Policy level to the words of a card."""

SEVERITIES = {"high": "High severity", "medium": "Medium severity", "low": "Low severity"}

FINDINGS = {
    "memorization": "Memorization",
    "mode_collapse": "Mode collapse",
    "missing_class": "Missing class",
    "low_fidelity": "Low fidelity",
    "intensity_shift": "Intensity shift",
    "texture_shift": "Texture shift",
    "label_noise": "Label noise",
    "dependence_drift": "Dependence drift",
    "localised_artefact": "Localised artefact",
    "leakage": "Leakage",
}

ROLES = {"real": "Real", "synthetic": "Synthetic", "holdout": "Holdout"}


@dataclass(frozen=True)
class Part:
    """A section that holds results."""

    anchor: str
    title: str
    lead: str
    families: tuple[str, ...]
    declared: tuple[str, ...]
    """Sections of the declarations that stand here."""


PARTS = (
    Part(
        "memorization",
        "Memorization",
        "Does the generator give back images it was trained on? A copy of a patient's image is that patient's data.",
        ("memorization",),
        ("privacy",),
    ),
    Part(
        "fidelity",
        "Fidelity",
        "Do the synthetic images, as a set, look like the real ones?",
        ("fidelity",),
        ("fidelity",),
    ),
    Part(
        "diversity",
        "Diversity",
        "Do the synthetic images cover the variety of the real ones?",
        ("diversity",),
        ("diversity",),
    ),
    Part(
        "distributions",
        "Feature distributions",
        "Does each measurable feature have the distribution it has in the real images?",
        ("distributions",),
        ("features",),
    ),
    Part(
        "dependence",
        "Dependence and labels",
        "Do features hang together as they do in real images, and do labels say what the images show?",
        ("dependence", "labels"),
        (),
    ),
    Part(
        "shortcuts",
        "Independence, shortcuts and artefacts",
        "Were the data kept apart, and can the sets be told apart by something that is no anatomy?",
        ("independence", "shortcuts"),
        ("independence", "artefacts"),
    ),
    Part(
        "utility",
        "Utility and validation on real data",
        "Do the synthetic images serve their purpose when real images are the judge?",
        ("utility",),
        ("validation",),
    ),
)
"""In the order of the page: memorization first, since a copy cannot be mended by anything that follows."""

FAMILY_OF = {
    "memorization": "memorization",
    "frechet": "fidelity",
    "kernel_distance": "fidelity",
    "precision": "fidelity",
    "density": "fidelity",
    "recall": "diversity",
    "coverage": "diversity",
    "marginals": "distributions",
    "dependence": "dependence",
    "labels": "labels",
    "separability": "shortcuts",
    "leakage": "independence",
    "shortcut": "shortcuts",
    "utility": "utility",
}
"""First part of a check's id to its family, where the document does not say."""


def worst(states: list[str]) -> str:
    """The state that comes first in STATES."""
    return min(states, key=list(STATES).index)


def plural(number: int, one: str, many: str = "") -> str:
    """`1 class`, `6 classes`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
