"""A plain installation has no PyRadiomics: the audit is complete without it."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import sys
sys.modules["radiomics"] = None
import json
import numpy as np
from gan_audit import audit
rng = np.random.default_rng(0)
real, synthetic = (np.cumsum(rng.integers(-9, 10, (40, 20, 20)), axis=1) for _ in range(2))
result = audit(real, synthetic, embeddings=["radiomics"], jobs=1, seed=1)
space = next(space for space in result.document["spaces"] if space["name"] == "radiomics")
states = {check["key"]: check["status"] for check in result.document["checks"]}
print(json.dumps([space, states, "radiomics.featureextractor" in sys.modules]))
"""


def test_an_audit_has_every_radiomic_feature_and_check():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    space, states, loaded = json.loads(done.stdout.splitlines()[-1])
    assert (space["dimension"], space["extractor"].split(",")[0]) == (93, "gan-audit batched radiomics")
    for key in ("frechet", "memorization.close_fraction", "marginals.ks", "dependence.spearman"):
        assert states[f"{key}@radiomics"] != "skipped"
    assert not loaded
