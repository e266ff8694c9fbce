"""Documents to render: invented audits that look like real ones, with every state and every kind of figure."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from report_checks import all_checks

Document = dict[str, Any]
CLASSES = ("homogeneous", "rim-enhancing", "speckled")
METHODS = {
    "memorization.close_fraction": ("memorization", "Close fraction"),
    "memorization.ratio": ("memorization", "Nearest-distance ratio"),
    "memorization.duplicates": ("memorization", "Pixel-level copies"),
    "memorization.ct": ("memorization", "Data-copying test"),
    "frechet": ("fidelity", "Fréchet distance"),
    "precision": ("fidelity", "Precision"),
    "coverage": ("diversity", "Coverage"),
    "marginals.ks": ("distributions", "Feature distributions (Kolmogorov-Smirnov)"),
    "dependence.spearman": ("dependence", "Rank correlations"),
    "labels.agreement": ("labels", "Label agreement"),
    "separability.c2st": ("fidelity", "Classifier two-sample test"),
    "leakage.groups": ("independence", "Test patients behind the generator"),
}
"""Check id to family and title."""


def document(*, classes: tuple[str, ...] = CLASSES, features: int = 12, clean: bool = False) -> Document:
    """An audit with every state; with `clean`, one in which every criterion is met."""
    checks = all_checks(classes, features)
    made = {
        "schema_version": "1.0",
        "tool": {"name": "gan-audit", "version": "0.1.0"},
        "created": "2026-11-20T08:30:00Z",
        "seed": 0,
        "policy": _policy(),
        "policy_sha256": "5f" * 32,
        "environment": {
            "python": "3.11.9",
            "platform": "Linux x86_64",
            "device": "cpu",
            "packages": {"numpy": "2.4.1", "plotly": "7.1.0", "scipy": "1.17.0"},
        },
        "inputs": {"real": _set("real", 600, classes), "synthetic": _set("synthetic", 580, classes)},
        "spaces": [_space("radiomics", features), _space("pixels", 1024), _space("random-conv", 512)],
        "checks": [_cleared(check) for check in checks] if clean else checks,
        "methods": {id: _method(id, *texts) for id, texts in METHODS.items()},
        "notes": ["12 synthetic files carry no label and take no part in results by class."],
        "findings": [] if clean else _findings(),
        "declarations": declarations(),
        "verdict": {},
        "timings": {"read": 4.213, "features": 61.8, "checks": 12.04},
    }
    made["verdict"] = _verdict(made["checks"])
    return made


def declarations() -> Document:
    """Partly filled in, as sponsors do."""
    return {
        "document": {
            "title": None,
            "number": "SYN-0042 rev. B",
            "sponsor": "Example Imaging",
            "author": "A. Author, data scientist",
            "declared_by": "A. Author",
            "declared_on": "2026-11-19",
        },
        "intended_use": {
            "role": "Augmentation of the training set of a lesion classifier.\nNot for testing.",
            "why": None,
        },
        "generator": {"method": "Conditional StyleGAN2, 64 x 64"},
        "reaudit": {"owner": "Head of data science", "cadence": "every release"},
    }


def edited(made: Document, change: Callable[[str], str]) -> Document:
    """The document with every string that a foreigner chose put through `change`."""
    made = copy.deepcopy(made)
    for item in made["checks"]:
        if item["scope"] != "all":
            item["scope"] = "class:" + change(item["scope"].removeprefix("class:"))
            item["key"] = f"{item['id']}@{item['space']}/{item['scope']}"
        item["message"] = change(item["message"])
        for figure in item["details"].get("figures", ()):
            _edit_figure(figure, change)
        for table in item["details"].get("tables", ()):
            table["title"] = change(table["title"])
            table["rows"] = [[change(c) if isinstance(c, str) else c for c in row] for row in table["rows"]]
    for given in made["inputs"].values():
        given["classes"] = {change(name): n for name, n in given["classes"].items()}
        given["rejected"] = [{"id": item["id"], "reason": change(item["reason"])} for item in given["rejected"]]
    made["notes"] = [change(note) for note in made["notes"]]
    made["policy"]["name"] = change(made["policy"]["name"])
    fields = made["declarations"].items()
    made["declarations"] = {s: {k: change(v) if v else v for k, v in given.items()} for s, given in fields}
    for finding in made["findings"]:
        finding["message"] = change(finding["message"])
    made["verdict"] = _verdict(made["checks"])
    return made


def _edit_figure(figure: Document, change: Callable[[str], str]) -> None:
    for key in ("title", "caption", "x_label", "y_label"):
        figure[key] = change(figure[key])
    for key in ("x_names", "y_names", "categories"):
        if key in figure:
            figure[key] = [change(name) for name in figure[key]]
    for row in (*figure.get("rows", ()), *figure.get("series", ())):
        row["name"] = change(row["name"])
    for mark in figure.get("vlines", ()):
        mark["label"] = change(mark["label"])


def _findings() -> list[Document]:
    return [
        {
            "id": "mode_collapse",
            "severity": "medium",
            "scope": f"class:{CLASSES[0]}",
            "message": "A part of the class is not drawn.",
            "evidence": [f"coverage@radiomics/class:{CLASSES[0]}"],
        },
        {
            "id": "memorization",
            "severity": "high",
            "scope": "all",
            "message": "Real patients are shown again.",
            "evidence": ["memorization.close_fraction@radiomics", "memorization.ratio@radiomics"],
        },
    ]


def _policy() -> Document:
    return {
        "schema": "1",
        "name": "release gate v3",
        "confidence": 0.95,
        "is_default": True,
        "inputs": {"max_rejected": 0.05},
        "checks": {"memorization.close_fraction": {"level": "error", "max": 0.05, "required": True}},
        "waivers": [],
    }


def _set(role: str, n: int, classes: tuple[str, ...]) -> Document:
    return {
        "path_label": f"{role} images",
        "n_images": n,
        "n_groups": 300 if role == "real" else None,
        "grouped": role == "real",
        "classes": {name: n // len(classes) for name in classes},
        "sha256": "ab" * 32,
        "shapes": f"64 x 64 ({n} images)",
        "bit_depths": f"8 bit ({n} images)",
        "units": f"stored values ({n} images)",
        "exact_duplicates": 0,
        "masks": 0,
        "rejected": [{"id": "S-0a1b2c3d", "reason": "The file is empty."}] if role == "synthetic" else [],
    }


def _space(name: str, dimension: int) -> Document:
    return {
        "name": name,
        "dimension": dimension,
        "extractor": f"{name} 1.0",
        "revision": 1,
        "standardize": True,
        "uses": ["copies"],
        "parameters": {"binWidth": 25, "force2D": True},
        "weights_sha256": None,
    }


def _method(id: str, family: str, title: str) -> Document:
    return {
        "title": title,
        "family": family,
        "question": f"What does {title.lower()} ask?",
        "means": "The sets agree in this respect.",
        "does_not_mean": "Other respects may differ.",
        "computed": f"The published definition of {id}.",
        "reference": "Kynkäänniemi 2019",
        "revision": 1,
    }


def _cleared(item: Document) -> Document:
    if item["status"] in ("fail", "inconclusive"):
        return {**item, "status": "pass", "waiver": None}
    return {**item, "required": False}


def _verdict(checks: list[Document]) -> Document:
    def keys(status: str) -> list[str]:
        judged = [x for x in checks if x["status"] == status and x["level"] == "error" and not x["waiver"]]
        return [x["key"] for x in judged]

    required = {x["key"] for x in checks if x["required"]}
    undecided = bool(required & {*keys("inconclusive"), *keys("skipped")})
    status = "fail" if keys("fail") else "inconclusive" if undecided else "pass"
    return {
        "status": status,
        "exit_code": {"pass": 0, "fail": 1, "inconclusive": 3}[status],
        "failed": keys("fail"),
        "inconclusive": keys("inconclusive"),
        "skipped": keys("skipped"),
        "waived": [x["key"] for x in checks if x["waiver"]],
    }
