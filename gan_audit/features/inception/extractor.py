"""The space `inception`: the features behind the published FID and KID, from torch-fidelity's own network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gan_audit.errors import UsageError
from gan_audit.features.base import Options
from gan_audit.features.inception.weights import PUBLISHED, digest, find, remedy
from gan_audit.features.intensity import intensities, scaled
from gan_audit.features.planes import planes
from gan_audit.features.torch_tools import exact, in_batches, mean_row, mean_rows, torch_device
from gan_audit.types import FloatArray, Image, ImageSet, Space, Unavailable

if TYPE_CHECKING:
    from torch import Tensor

DIMENSION = 2048


@dataclass(frozen=True)
class Inception:
    """The 2,048 pooled features of Inception v3 as FID uses them, by torch-fidelity's extractor.

    The network wants 8-bit colour: 8-bit images go in as they are, others by the real set's intensity window, clipped
    and rounded to 0..255; grey is repeated in three channels. torch-fidelity resizes to 299 x 299 itself.
    A volume is the mean over at most 8 axial slices, which no published FID is. One image at a time, so that the
    numbers cannot follow the batch size, as they do in torch-fidelity by about 1e-6 of their size.
    Misleads for medical images, being trained on photographs: report it beside other spaces, never alone.
    Source: Heusel et al. 2017; Obukhov et al., torch-fidelity.
    """

    weights: Path
    weights_digest: str
    """SHA-256 of the weights file."""
    low: float | None = None
    """Lower end of the intensity window; None until `fit`."""
    high: float | None = None
    device: str = "cpu"
    name: ClassVar[str] = "inception"
    revision: ClassVar[int] = 1
    uses: ClassVar[frozenset[str]] = frozenset({"fidelity", "copies"})
    standardize: ClassVar[bool] = False

    @classmethod
    def build(cls, options: Options) -> Inception | Unavailable:
        """Unavailable where no weights are found; UsageError where the file holds something else."""
        path = find(options.weights.get(cls.name), offline=options.offline)
        if path is None:
            return Unavailable(cls.name, "The weights of Inception v3 are not on this machine.", remedy())
        made = cls(path, digest(path), device=torch_device(options.device))
        _network(made.weights, made.weights_digest, made.device)
        return made

    def fit(self, real: ImageSet) -> Inception:
        """Fixes the intensity window."""
        found = intensities(real)
        return replace(self, low=found.low, high=found.high)

    def describe(self, dimension: int) -> Space:
        """`published` tells whether the numbers compare with other people's FID."""
        published = self.weights_digest.startswith(PUBLISHED)
        parameters = {
            "layer": str(DIMENSION), "window": [self.low, self.high], "published": published, "device": self.device,
        }  # fmt: skip
        return Space(
            self.name, dimension, f"torch-fidelity {version('torch-fidelity')}", self.revision, parameters,
            self.weights_digest, self.uses, self.standardize,
        )  # fmt: skip

    def names(self, example: Image) -> tuple[str, ...]:
        """`0` to `2047`."""
        return tuple(str(number) for number in range(DIMENSION))

    def __call__(self, image: Image) -> FloatArray:
        """(2048,)."""
        with exact():
            rows = [self._forward(self._input(plane)[None])[0] for plane in planes(image)]
            return mean_row(rows)

    def batch(self, images: Sequence[Image]) -> FloatArray:
        """(n, 2048); used on an accelerator."""
        slices = [planes(image) for image in images]
        inputs = [self._input(plane) for group in slices for plane in group]
        with exact():
            rows = in_batches(self._forward, inputs, self.device)
        return mean_rows(rows, [len(group) for group in slices])

    def _forward(self, images: Tensor) -> Tensor:
        features: Tensor = _network(self.weights, self.weights_digest, self.device)(images.to(self.device))[0]
        return features

    def _input(self, plane: Image) -> Tensor:
        import torch

        return torch.from_numpy(np.ascontiguousarray(np.moveaxis(self.eight_bit(plane), 2, 0)))

    def eight_bit(self, plane: Image) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """(H, W, 3), what the network is shown."""
        if self.low is None or self.high is None:
            raise ValueError("Expected an extractor fitted to the real set, got one without a window: call fit.")
        values = scaled(np.asarray(plane.pixels, dtype=np.float64), self.low, self.high)
        bytes_ = np.rint(np.clip(255 * values, 0, 255)).astype(np.uint8)
        return np.broadcast_to(bytes_.reshape(*bytes_.shape[:2], -1), (*bytes_.shape[:2], 3))


@lru_cache(maxsize=1)
def _network(path: Path, sha256: str, device: str) -> Any:
    """Reads the file once for each process; nothing in it is executed."""
    import torch
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    try:
        content = path.read_bytes()
        torch.load(BytesIO(content), map_location="cpu", weights_only=True)
        network = FeatureExtractorInceptionV3("inception", [str(DIMENSION)], BytesIO(content))
    except Exception as error:
        raise UsageError(
            f"Expected the weights of torch-fidelity's Inception v3, got {path}, which is damaged or holds something "
            f"else ({type(error).__name__}). {remedy()}"
        ) from error
    return network.to(memory_format=torch.channels_last).to(device)
