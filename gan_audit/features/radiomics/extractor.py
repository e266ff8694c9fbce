"""The space `radiomics`: first-order and texture features as PyRadiomics defines them, by one of two engines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from pathlib import Path
from typing import Any, ClassVar, Protocol

from gan_audit.errors import MissingDependencyError, UsageError
from gan_audit.features.base import Options
from gan_audit.features.intensity import Intensities, intensities
from gan_audit.features.radiomics import batched_engine, pyradiomics_engine
from gan_audit.features.radiomics.modalities import modality
from gan_audit.features.radiomics.volume import Volume, framed, volume
from gan_audit.features.torch_tools import torch_device
from gan_audit.radiomics.torch_engine import TOGETHER
from gan_audit.types import FloatArray, Image, ImageSet, Space

GREY_LEVELS = 32
"""Grey levels that the median real image is cut into; PyRadiomics recommends 16 to 128."""


class Engine(Protocol):
    """What a radiomics engine, a module, offers."""

    def program(self) -> str:
        """Name and version; MissingDependencyError where it is not installed."""
        ...

    def resolve(self, given: Mapping[str, Any]) -> str:
        """A parameter file's content with every setting filled in, as JSON; raises where it is wrong."""
        ...

    def default_content(self, bin_width: float | None) -> dict[str, Any]:
        """What is computed without a parameter file, as a parameter file would hold it."""
        ...

    def names(self, example: Volume, settings: str | None) -> tuple[str, ...]:
        """Names of the features of images like the example."""
        ...

    def rows(
        self, volumes: Sequence[Volume], bin_width: float | None, settings: str | None
    ) -> Sequence[FloatArray | str]:
        """Features of each image, or the reason why there are none."""
        ...


ENGINES: Mapping[str, Engine] = {"batched": batched_engine, "pyradiomics": pyradiomics_engine}
DEFAULT_ENGINE = "batched"
ACCELERATED = "batched"
"""The engine that has a twin for CUDA."""


@dataclass(frozen=True)
class Radiomics:
    """93 features of PyRadiomics' classes firstorder, glcm, glrlm, glszm, gldm and ngtdm on the unfiltered image.

    The region is the image's mask, else the whole image. An image of one slice is evaluated in 2-D (`force2D`),
    a volume in 3-D. Colour is turned into luminance first. Grey values keep their unit, and are cut into levels of one
    width for all sets, chosen from the real set: the median real image has about 32. With a parameter file all of
    PyRadiomics' settings, filters and classes apply instead, the file's bin width (PyRadiomics' 25 without one) too;
    a whole image is then padded by one pixel, repeated from its edge, because PyRadiomics wants background. With a
    modality, that preset's settings apply in the same way.
    A feature that PyRadiomics leaves undefined (in a flat region) is NaN.
    Misleads where the sets differ in pixel size or intensity scale: most features follow both.
    Source: van Griethuysen et al., Cancer Research 77 (2017); definitions in PyRadiomics' documentation.
    """

    bin_width: float | None = None
    """Width of a grey level, in stored units; None until `fit`, and with a parameter file."""
    settings: str | None = None
    """The content of the parameter file, or of the modality's preset, as JSON; None without one."""
    engine: str = DEFAULT_ENGINE
    """`batched` or `pyradiomics`; their numbers agree to 1e-9."""
    modality: str | None = None
    """Name of a preset."""
    device: str = "cpu"
    """`cpu`, or `cuda` for the engine `batched`: its twin in torch, equal to 1e-9."""
    name: ClassVar[str] = "radiomics"
    revision: ClassVar[int] = 2
    uses: ClassVar[frozenset[str]] = frozenset({"fidelity", "copies", "marginals"})
    standardize: ClassVar[bool] = True
    follows_region: ClassVar[bool] = True
    voxels_at_once: ClassVar[int] = TOGETHER

    @classmethod
    def build(cls, options: Options) -> Radiomics:
        """Raises UsageError where an option or the parameter file is wrong, or engine or device are not there."""
        if options.radiomics_engine not in ENGINES:
            raise UsageError(f"Expected a radiomics engine among {', '.join(ENGINES)}, got {options.radiomics_engine}.")
        engine = ENGINES[options.radiomics_engine]
        engine.program()
        device = torch_device(options.device) if options.radiomics_engine == ACCELERATED else "cpu"
        return cls(None, _settings(options, engine), options.radiomics_engine, options.modality, device)

    def fit(self, real: ImageSet) -> Radiomics:
        """Chooses the width of the grey levels, unless a parameter file or a preset rules; checks the modality."""
        preset = modality(self.modality) if self.modality else None
        if preset and self.modality:
            preset.check(self.modality, real)
        if self.settings:
            return self
        levels = (preset and preset.levels) or GREY_LEVELS
        return replace(self, bin_width=level_width(intensities(real), levels))

    def describe(self, dimension: int) -> Space:
        """The engine and every setting, the parameter file's too."""
        engine = ENGINES[self.engine]
        given = json.loads(self.settings) if self.settings else engine.default_content(self.bin_width)
        parameters = {**given, "engine": self.engine, "device": self.device, "colour": "luminance ITU-R 601"}
        parameters |= {"region": "mask, else whole image", "modality": self.modality}
        parameters |= {"preset": modality(self.modality).sentence(self.modality)} if self.modality else {}
        program = engine.program() if self.device == "cpu" else batched_engine.program(self.device)
        return Space(self.name, dimension, program, self.revision, parameters, None, self.uses, self.standardize)

    def names(self, example: Image) -> tuple[str, ...]:
        """PyRadiomics' names: `original_glcm_Contrast`; by settings, those that they yield on `example`."""
        return ENGINES[self.engine].names(self._volume(example), self.settings)

    def __call__(self, image: Image) -> FloatArray:
        """(93,) or as many as the parameter file enables.

        Raises ValueError where the region is empty, a point or a line, or has more than 512 grey levels.
        """
        (row,) = self.together([image])
        if isinstance(row, str):
            raise ValueError(row.removeprefix("ValueError: "))
        return row

    def together(self, images: Sequence[Image]) -> Sequence[FloatArray | str]:
        """For each image its features, or why there are none; on the CPU bit for bit what it would give alone."""
        if self.settings is None and self.bin_width is None:
            raise ValueError("Expected an extractor fitted to the real set, got one without a bin width: call fit.")
        volumes = [self._volume(image) for image in images]
        if self.device == "cpu":
            return ENGINES[self.engine].rows(volumes, self.bin_width, self.settings)
        return batched_engine.rows(volumes, self.bin_width, self.settings, self.device)

    def batch(self, images: Sequence[Image]) -> Sequence[FloatArray | str]:
        """The same; used on an accelerator."""
        return self.together(images)

    def _volume(self, image: Image) -> Volume:
        return framed(volume(image)) if self.settings else volume(image)


def level_width(real: Intensities, levels: int = GREY_LEVELS) -> float:
    """The median span in so many levels, to two significant digits; whole, from 1 up, where grey values are whole."""
    width = real.span / levels
    if width <= 0:
        return 1.0
    width = round(width, 1 - floor(log10(width)))
    return float(max(1, round(width))) if real.whole else width


def _settings(options: Options, engine: Engine) -> str | None:
    if options.modality is None:
        return _read(options.radiomics_params, engine) if options.radiomics_params else None
    preset = modality(options.modality)
    if options.radiomics_params:
        raise UsageError("Give either --modality or --radiomics-params: both set the grey levels.")
    grey = batched_engine.default_content(None)["featureClass"]
    return engine.resolve({"setting": dict(preset.settings), "featureClass": grey}) if preset.settings else None


def _read(path: Path, engine: Engine) -> str:
    if not path.is_file():
        raise UsageError(f"Expected a PyRadiomics parameter file, got {path}, which is not there.")
    try:
        import yaml

        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("The file holds no settings by name.")
        return engine.resolve(content)
    except MissingDependencyError:
        raise
    except Exception as error:
        message = " ".join(str(error).split())
        raise UsageError(
            f"Expected a PyRadiomics parameter file, got {path}, which cannot be used: {message} "
            "PyRadiomics' documentation, under 'Customizing the Extraction', has the format and examples."
        ) from error
