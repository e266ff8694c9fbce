"""A trained translation, ready to translate images of the user's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.errors import UsageError
from gan_audit.types import ImageSet, Sample
from trainers.data.fitting import fit
from trainers.data.scaling import Scaling
from trainers.data.sets import planes
from trainers.run.folder import Run
from trainers.sampling.sampler import LoadedGenerator, Made, one_thread, stored


class Translator(LoadedGenerator):
    """Images in, images out, one at a time."""

    def __init__(self, run: Run) -> None:
        if run.config.source is None:
            raise UsageError(f"{run.config.model} makes images from noise; leave --inputs out.")
        super().__init__(run)
        self.source = run.config.source
        self.source_scaling = Scaling(**run.facts["source_scaling"])

    def make(self, images: ImageSet, sample: Sample) -> Made:
        """The translation of an image, brought to the size that the run was trained at; its seed means nothing."""
        if len(sample.shape) != self.source.dimensions:
            raise UsageError(f"The run translates {self.source.dimensions}-dimensional images; got {sample.shape}.")
        planed = self.source_scaling.to_unit(planes(images.read(sample), self.source.channels))
        image = self.translate(fit(planed, self.source.size)[None])[0]
        return Made(stored(image, self.scaling), 0, None, sample.pseudonym)

    def translate(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Images (n, c, *size) in [-1, 1] to (n, c', *size') in [-1, 1]."""
        import torch

        with one_thread(), torch.inference_mode():
            found: Any = self.network(torch.from_numpy(images)).clamp(-1, 1).numpy()
        made: NDArray[np.float32] = found
        return made
