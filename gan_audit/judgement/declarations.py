"""What the sponsor of an audit is asked to declare: the one table behind the template, the validation and the report.

Nothing here is measured. A declared sentence is printed as declared and never changes a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class DeclaredField:
    """One question to the sponsor."""

    section: str
    """Key of the TOML table it stands in."""
    key: str
    """Key inside that table, unique there."""
    title: str
    """Heading in the report."""
    question: str
    """What is asked, one or two sentences."""
    required: bool = False
    """Left blank, the report counts it in its first box and prints `Not provided`."""

    @property
    def path(self) -> str:
        """`section.key`."""
        return f"{self.section}.{self.key}"


DECLARED_SECTIONS: dict[str, str] = {
    "document": "Document control",
    "conclusion": "Conclusion of the sponsor",
    "intended_use": "Intended use of the synthetic data",
    "generator": "Generator",
    "real_data": "Reference real data",
    "independence": "Independence of the data",
    "privacy": "Privacy",
    "fidelity": "Fidelity",
    "diversity": "Diversity",
    "features": "Features",
    "subgroups": "Subgroups",
    "artefacts": "Artefacts",
    "validation": "Validation on real data",
    "risk": "Risk management",
    "reaudit": "Re-audit and monitoring",
    "limitations": "Limitations known to the sponsor",
    "requirements": "Applicable requirements",
}
"""Table key to heading, in the order of the file and of the report."""

DECLARED_FIELDS: tuple[DeclaredField, ...] = (
    DeclaredField("document", "title", "Title", "Title of the document this report belongs to."),
    DeclaredField("document", "number", "Document number", "Number and revision in your document control."),
    DeclaredField("document", "sponsor", "Sponsor", "Organization that answers for this audit.", True),
    DeclaredField("document", "author", "Author", "Name and role of the person who ran the audit.", True),
    DeclaredField("document", "reviewer", "Reviewer", "Name and role of the person who reviewed it."),
    DeclaredField("document", "approver", "Approver", "Name and role of the person who approves it."),
    DeclaredField("document", "declared_by", "Declared by", "Who made the declarations in this file.", True),
    DeclaredField("document", "declared_on", "Declared on", "Date of the declarations, as YYYY-MM-DD.", True),
    DeclaredField("conclusion", "summary", "Summary", "Your own conclusion from the results, in one paragraph."),
    DeclaredField(
        "intended_use", "role", "Role", "What the synthetic images are for: training, augmentation, tests, demos.", True
    ),
    DeclaredField("intended_use", "why", "Why synthetic", "Why synthetic images are needed for that purpose.", True),
    DeclaredField("intended_use", "device", "Device", "Device or study they serve, and its intended use."),
    DeclaredField("intended_use", "population", "Patient population", "Patients the images stand for.", True),
    DeclaredField("intended_use", "modality", "Modality and anatomy", "Modality, body region and views.", True),
    DeclaredField("intended_use", "not_intended_for", "Not intended for", "Uses that are excluded.", True),
    DeclaredField("generator", "method", "Method", "Architecture and objective of the generator.", True),
    DeclaredField("generator", "version", "Version", "Name, version or digest of the checkpoint sampled from.", True),
    DeclaredField("generator", "training", "Training", "Hyper-parameters, duration, seeds, environment.", True),
    DeclaredField("generator", "training_data", "Training data", "Which images the generator was trained on.", True),
    DeclaredField("generator", "selection", "Selection", "How outputs were filtered, ranked or repaired.", True),
    DeclaredField("generator", "privacy_method", "Privacy method", "For example a differential privacy budget."),
    DeclaredField("generator", "operator", "Operator", "Who generated the images, when and where."),
    DeclaredField("real_data", "source", "Source", "Where the real images come from, with version or access.", True),
    DeclaredField(
        "real_data", "relation", "Relation to training", "Training set of the generator, part of it, or unseen?", True
    ),
    DeclaredField("real_data", "acquisition", "Acquisition", "Sites, dates, devices and protocols.", True),
    DeclaredField("real_data", "criteria", "Inclusion and exclusion", "Criteria, and how many were excluded.", True),
    DeclaredField(
        "real_data", "reference_standard", "Reference standard", "Who or what set the labels, and how.", True
    ),
    DeclaredField("real_data", "demographics", "Demographics", "Age, sex, ethnicity, disease severity.", True),
    DeclaredField("real_data", "legal_basis", "Legal basis", "Consent, waiver or licence for this use."),
    DeclaredField(
        "independence", "sequestration", "Sequestration", "How test data were kept away from the generator.", True
    ),
    DeclaredField("privacy", "audience", "Audience", "Who will receive the synthetic images.", True),
    DeclaredField("privacy", "threat_model", "Threat model", "Who might try to recognize patients, and how.", True),
    DeclaredField("privacy", "assessment", "Assessment", "Legal or data-protection assessment, with reference."),
    DeclaredField("fidelity", "extractor", "Feature space", "Why the feature spaces used suit this modality."),
    DeclaredField("diversity", "tolerance", "Tolerance", "How much loss of diversity the intended use can bear."),
    DeclaredField("features", "critical", "Critical features", "Which features matter clinically, and why."),
    DeclaredField("features", "bounds", "Physical bounds", "Ranges that no valid image may leave."),
    DeclaredField("subgroups", "relevant", "Relevant subgroups", "Which subgroups matter for the intended use."),
    DeclaredField("subgroups", "missing", "Missing subgroups", "Which could not be evaluated, and why."),
    DeclaredField("artefacts", "reader_review", "Reader review", "What clinical readers found in the images."),
    DeclaredField(
        "validation", "statement", "Statement", "On which real data the device's performance was shown.", True
    ),
    DeclaredField("validation", "document", "Document", "Reference of the validation report."),
    DeclaredField("risk", "file", "Risk management file", "Reference of the risk management file."),
    DeclaredField("risk", "controls", "Risk controls", "Controls that concern synthetic data."),
    DeclaredField("reaudit", "owner", "Owner", "Who answers for repeating the audit.", True),
    DeclaredField("reaudit", "cadence", "Cadence", "How often it is repeated.", True),
    DeclaredField("reaudit", "triggers", "Triggers", "Which changes call for a new audit.", True),
    DeclaredField("reaudit", "actions", "Actions", "What is done when a limit is crossed."),
    DeclaredField("limitations", "known", "Known limitations", "Limitations of the data that the sponsor knows of."),
    DeclaredField("requirements", "documents", "Documents", "Laws, standards and guidance the sponsor works to."),
)
"""Every question, grouped by section in the order of DECLARED_SECTIONS."""


def declarations_template() -> str:
    """A declarations file with every field blank and every question as a comment; valid TOML."""
    lines = [
        "# Declarations of the sponsor for a gan-audit report.",
        "# The report prints them as declared and not verified; they never change a verdict.",
        '# A required field left at "" is printed as "Not provided" and counted on the first page.',
    ]
    for section, title in DECLARED_SECTIONS.items():
        lines += ["", f"# {title}", f"[{section}]"]
        for field in fields_of(section):
            mark = " (required)" if field.required else ""
            lines += [f"# {field.title}{mark}: {field.question}", f'{field.key} = ""']
    return "\n".join(lines) + "\n"


def fields_of(section: str) -> Iterator[DeclaredField]:
    """The questions of one section, in order."""
    return (field for field in DECLARED_FIELDS if field.section == section)
