"""Do the radiomic features depend on each other as they do in real images?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.two_sample import Statistic, measure
from gan_audit.stats.association import spearman_matrix
from gan_audit.stats.resampling import SizeMatched
from gan_audit.types import ALL, FloatArray, IntArray, Method, Outcome

ID = "dependence.spearman"


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Frobenius norm of the difference of the two Spearman matrices."""
    pooled = np.concatenate([data.real.values, data.synthetic.values])

    def between(i: IntArray, j: IntArray) -> tuple[float]:
        return (float(np.linalg.norm(spearman_matrix(pooled[i]) - spearman_matrix(pooled[j]))),)

    yield from measure(data, settings, STATISTICS, between, lambda: {ID: _details(data)})


def _details(data: Comparison) -> Mapping[str, Any]:
    real, synthetic = (spearman_matrix(side.values) for side in data.sides)
    return {
        "all_images": float(np.linalg.norm(synthetic - real)),
        "features": len(data.names),
        "tables": [_changes(data, real, synthetic)],
        "figures": [_heatmap(data, synthetic - real)] if data.scope == ALL else [],
    }


def _changes(data: Comparison, real: FloatArray, synthetic: FloatArray) -> Mapping[str, Any]:
    i, j = np.triu_indices(len(real), 1)
    order = np.argsort(-np.abs(synthetic[i, j] - real[i, j]), kind="stable")[:20]
    rows = [
        [data.names[a], data.names[b], float(real[a, b]), float(synthetic[a, b])]
        for a, b in zip(i[order], j[order], strict=True)
    ]
    columns = ["feature", "feature", "Spearman ρ real", "Spearman ρ synthetic"]
    return {"title": f"Twenty largest changes, {noun(data.scope)}", "columns": columns, "rows": rows}


def _heatmap(data: Comparison, difference: FloatArray) -> Mapping[str, Any]:
    return {
        "kind": "heatmap",
        "title": "Change of the Spearman correlations",
        "caption": "Synthetic minus real rank correlation of every pair of features; 0 where they agree.",
        "x_label": "feature",
        "y_label": "feature",
        "x_names": list(data.names),
        "y_names": list(data.names),
        "z": [[round(float(x), 3) for x in row] for row in difference],
        "diverging": True,
    }


def _sentence(found: SizeMatched, data: Comparison) -> str:
    return (
        f"The rank correlations among features of the synthetic {noun(data.scope)} differ from the real ones by "
        f"{found.estimate.value:.3g} (Frobenius norm); those of two halves of the real ones, by "
        f"{found.reference.value:.3g}."
    )


STATISTICS = (Statistic(ID, "Frobenius norm", (0.0, np.inf), _sentence),)
CHECK = Check(
    methods={
        ID: Method(
            title="Correlation drift",
            family="dependence",
            question="Do the features depend on each other as they do in real images?",
            means="A value like that between two halves of the real data says that the dependence is kept.",
            does_not_mean="Rank correlation sees monotone dependence between pairs alone.",
            computed="Frobenius norm of the difference of the Spearman matrices (average ranks for ties), averaged "
            "over random halves of both sets at equal size; a constant feature correlates with nothing.",
            reference="Spearman 1904; scipy.stats.spearmanr",
        )
    },
    run=run,
    use="marginals",
    per_class=True,
)
