"""What this machine can do: one probe for each topic; a probe that raises is reported as a problem of its topic."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from gan_audit.runtime.versions import version_of

State = Literal["ok", "absent", "problem"]
PACKAGES = (
    *("jinja2", "joblib", "numpy", "pillow", "plotly", "pydantic", "pydicom", "pywavelets", "pyyaml", "rich"),
    *("scikit-learn", "scipy", "simpleitk", "threadpoolctl", "torch", "torch-fidelity", "torchvision", "typer"),
)
"""Distributions that every audit needs, faiss apart, which comes in two builds."""


@dataclass(frozen=True)
class Probe:
    """What one probe found."""

    topic: str
    state: State
    """`ok`; `absent`: something optional is not there; `problem`: something has to be repaired."""
    text: str
    remedy: str = ""
    """What to do about it; empty where nothing has to be done."""


def diagnose() -> list[Probe]:
    """Runs every probe, in a fixed order; a probe that raises becomes a row of state `problem`.

    Loads torch, faiss, SimpleITK and PyRadiomics, which takes seconds; changes nothing but for a file written into the
    present folder and removed at once.
    """
    return [_guarded(topic, probe) for topic, probe in _PROBES.items()]


def _guarded(topic: str, probe: Callable[[], Probe]) -> Probe:
    try:
        return probe()
    except Exception as error:  # a broken installation raises whatever it likes; telling so is this module's work
        text = f"The probe failed: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return Probe(topic, "problem", text.rstrip(": "), "Install gan-audit anew, into an environment of its own.")


def _program() -> Probe:
    version = version_of("gan-audit")
    if version is None:
        return Probe("gan-audit", "absent", "Runs from source, not installed.", "make install, or pip install .")
    return Probe("gan-audit", "ok", f"{version}, {Path(__file__).parents[1]}")


def _python() -> Probe:
    return Probe("Python", "ok", f"{platform.python_version()} on {platform.platform()}, {os.cpu_count()} cores")


def _packages() -> Probe:
    versions = {name: version_of(name) for name in PACKAGES}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Probe("packages", "problem", f"Missing: {', '.join(missing)}.", f"pip install {' '.join(missing)}")
    return Probe("packages", "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def _device() -> Probe:
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        return Probe("device", "ok", f"CUDA {torch.version.cuda}: {', '.join(names)}")
    return Probe("device", "absent", "No CUDA device: everything runs on the CPU.")


def _faiss() -> Probe:
    builds = {name: version for name in ("faiss-cpu", "faiss-gpu") if (version := version_of(name))}
    found = ", ".join(f"{name} {version}" for name, version in builds.items())
    if len(builds) > 1:
        remedy = "pip uninstall -y faiss-cpu faiss-gpu, then pip install the one you want."
        return Probe("faiss", "problem", f"{found}: both own the package `faiss`, one overwrites the other.", remedy)
    if find_spec("faiss") is None:
        text = "Neither faiss-cpu nor faiss-gpu: neighbours are searched for with torch, exactly too, but more slowly."
        return Probe("faiss", "absent", text, "pip install faiss-cpu, or faiss-gpu for an NVIDIA GPU.")
    import SimpleITK  # noqa: F401, I001 - first, for faiss loaded before it loses its type table
    import faiss

    gpus = faiss.get_num_gpus() if hasattr(faiss, "get_num_gpus") else 0
    return Probe("faiss", "ok", f"{found or 'faiss ' + faiss.__version__}, sees {gpus} GPU{'' if gpus == 1 else 's'}")


def _radiomics() -> Probe:
    if version_of("pyradiomics") is None:
        from gan_audit.features.radiomics.pyradiomics_engine import REMEDY

        return Probe("PyRadiomics", "absent", "Only `--radiomics-engine pyradiomics` needs it.", REMEDY)
    from radiomics import _cmatrices  # noqa: F401 - the compiled part, which is what a bad build lacks

    return Probe("PyRadiomics", "ok", f"{version_of('pyradiomics')}, compiled part included")


def _inception() -> Probe:
    from gan_audit.features.inception import weights

    path = weights.find(None, offline=True)
    if path is None:
        text = "None in torch's cache: the space `inception` (FID, KID) needs them."
        return Probe("inception weights", "absent", text, weights.remedy())
    return Probe("inception weights", "ok", str(path))


def _pictures() -> Probe:
    from PIL import features

    wanted = {"zlib": "PNG", "jpg": "JPEG", "libtiff": "compressed TIFF"}
    missing = [name for feature, name in wanted.items() if not features.check(feature)]
    if missing:
        text = f"Pillow was built without {', '.join(missing)}."
        return Probe("pictures", "problem", text, "pip install --force-reinstall pillow")
    return Probe("pictures", "ok", "PNG, JPEG, TIFF, BMP, NPY, NPZ")


def _volumes() -> Probe:
    import SimpleITK

    wanted = {"NiftiImageIO": "NIfTI", "NrrdImageIO": "NRRD", "MetaImageIO": "MHA"}
    missing = [name for reader, name in wanted.items() if reader not in _registered(SimpleITK)]
    if missing:
        text = f"SimpleITK was built without {', '.join(missing)}."
        return Probe("volumes", "problem", text, "pip install --force-reinstall simpleitk")
    return Probe("volumes", "ok", ", ".join(wanted.values()))


def _registered(simpleitk: object) -> tuple[str, ...]:
    return tuple(simpleitk.ImageFileReader().GetRegisteredImageIOs())  # type: ignore[attr-defined]


def _dicom() -> Probe:
    """Lossless JPEG and JPEG-LS are decoded by SimpleITK where pydicom has no plug-in for them."""
    import SimpleITK
    from pydicom import uid
    from pydicom.pixels.decoders.base import get_decoder

    syntaxes = {"RLE": uid.RLELossless, "JPEG": uid.JPEGBaseline8Bit, "JPEG 2000": uid.JPEG2000Lossless}
    readable = {"uncompressed": True} | {name: get_decoder(code).is_available for name, code in syntaxes.items()}
    readable |= dict.fromkeys(("lossless JPEG", "JPEG-LS"), "GDCMImageIO" in _registered(SimpleITK))
    missing = [name for name, there in readable.items() if not there]
    text = ", ".join(name for name, there in readable.items() if there)
    if missing:
        return Probe("DICOM", "absent", f"{text}; not {', '.join(missing)}", "pip install --upgrade pillow simpleitk")
    return Probe("DICOM", "ok", text)


def _report() -> Probe:
    from gan_audit.report import html

    html.environment().get_template("report.html.j2")
    return Probe("report", "ok", f"templates in {html.templates(Path(html.__file__).parent)}")


def _chromium() -> Probe:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if path is None:
        remedy = "Install Chromium or Chrome (Debian: apt install chromium)."
        return Probe("PDF", "absent", "No Chromium or Chrome found: `gan-audit report --pdf` cannot print.", remedy)
    return Probe("PDF", "ok", f"printed by {path}")


def _writable() -> Probe:
    try:
        with tempfile.TemporaryFile(dir=Path.cwd()):
            pass
    except OSError as error:
        text = f"{Path.cwd()} cannot be written to ({error.strerror})."
        return Probe("output", "problem", text, "Change to another folder or give --out DIR.")
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    return Probe("output", "ok", f"{Path.cwd()} is writable, {free:.0f} GiB free")


_PROBES: dict[str, Callable[[], Probe]] = {
    "gan-audit": _program,
    "Python": _python,
    "packages": _packages,
    "device": _device,
    "faiss": _faiss,
    "PyRadiomics": _radiomics,
    "inception weights": _inception,
    "pictures": _pictures,
    "volumes": _volumes,
    "DICOM": _dicom,
    "report": _report,
    "PDF": _chromium,
    "output": _writable,
}
