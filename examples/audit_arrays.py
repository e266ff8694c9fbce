"""Audits images that are already in memory: `python examples/audit_arrays.py`.

The images here are phantoms; put your own arrays in their place. Any shape of (N, H, W), (N, H, W, C) or (N, D, H, W)
will do, in the units that the images have: nothing is to be scaled or converted beforehand.
"""

from __future__ import annotations

import sys

import numpy as np

from gan_audit import audit
from gan_audit.demo.phantoms import memorizing, phantom_patients


def main(n_patients: int = 60, out: str = "gan-audit-out") -> int:
    rng = np.random.default_rng(0)
    real = phantom_patients(n_patients, rng)
    synthetic = memorizing(real.images, real.labels, rng)

    result = audit(real.images, synthetic.images, labels=(real.labels, synthetic.labels), seed=0)

    print(f"Verdict: {result.verdict.status}, exit code {result.verdict.exit_code}")
    for finding in result.findings:
        print(f"{finding.id} ({finding.severity}): {finding.message}")
    for check in result.verdict.failed:
        print(f"failed: {check}")
    result.write(out, overwrite=True)
    print(f"Report: {out}/report.html")
    return result.verdict.exit_code


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
