"""Training on a device that refuses tensors of another one, as a GPU does, where there may be none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
import torch

from tests.stand_in import NAME, switched_on
from tests.trainers.digits import train
from tests.trainers.test_resume import MODELS
from trainers.presets import PRESETS
from trainers.run.folder import checkpoint_of, open_run


@contextmanager
def away() -> Iterator[None]:
    """Every run is one on the stand-in, which torch has no mixed precision for."""
    with pytest.MonkeyPatch.context() as patch, switched_on():
        patch.setattr(sys.modules["trainers.train"], "device_for", lambda name: NAME)
        patch.setattr(torch, "autocast", lambda *_, **__: nullcontext())
        patch.setattr(torch.__future__, "_swap_module_params_on_conversion", True)
        yield


@pytest.mark.parametrize("model", PRESETS)
def test_a_model_trains_and_goes_on_without_mixing_devices(model, digits, tmp_path):
    paired = PRESETS[model].kind == "translation" and model != "srgan"
    options = {"changes": MODELS.get(model, {}), **({"targets": digits} if paired else {})}
    train(digits, tmp_path / "here", model, steps=3, **options)
    with away():
        for steps in (2, 3):
            train(digits, tmp_path / "there", model, steps=steps, **options)
    here, there = (checkpoint_of(open_run(tmp_path / name)) for name in ("here", "there"))
    assert there.step == 3
    for name, expected in here.weights.items():
        torch.testing.assert_close(there.weights[name], expected, rtol=1e-4, atol=1e-6)
