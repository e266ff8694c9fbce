"""The exported generator gives what the run's own generator gives."""

from __future__ import annotations

import json

import pytest
import torch

from gan_audit.errors import UsageError
from tests.trainers.digits import train
from trainers.data.scaling import Scaling
from trainers.randomness import torch_generator
from trainers.sampling.export import DESCRIPTION, export
from trainers.sampling.sampler import Sampler


def load(path):
    extra = {DESCRIPTION: ""}
    return torch.jit.load(str(path), _extra_files=extra), json.loads(extra[DESCRIPTION])


@pytest.mark.parametrize("model", ["gan", "dcgan", "stylegan", "progan", "vae"])
def test_a_loaded_generator_makes_the_images_of_the_run(model, digits, tmp_path):
    train(digits, tmp_path / "run", model)
    network, description = load(export(tmp_path / "run", tmp_path / "generator.pt"))
    sampler = Sampler.open(tmp_path / "run")
    z = torch.randn((1, description["latent"]), generator=torch_generator(7))
    with torch.no_grad():
        image = Scaling(**description["scaling"]).back(network(z)[0].numpy())[0]
        many = network(torch.randn((5, description["latent"]), generator=torch_generator(7)))
    assert abs(image.astype(int) - sampler.make(7).pixels.astype(int)).max() <= 1
    assert many.shape == (5, 1, *description["size"])
    assert description["run_digest"] == sampler.run_digest


def test_a_conditional_generator_keeps_its_labels(conditional, tmp_path):
    network, description = load(export(conditional, tmp_path / "generator.pt"))
    sampler = Sampler.open(conditional)
    z = torch.randn((1, description["latent"]), generator=torch_generator(7))
    for code, label in enumerate(description["labels"]):
        with torch.no_grad():
            image = sampler.scaling.back(network(z, torch.tensor([code]))[0].numpy())[0]
        assert abs(image.astype(int) - sampler.make(7, label).pixels.astype(int)).max() <= 1


def test_what_cannot_be_exported_is_refused(digits, conditional, tmp_path):
    train(digits, tmp_path / "run", "iagan")
    with pytest.raises(UsageError, match="real image at every call"):
        export(tmp_path / "run", tmp_path / "generator.pt")
    (tmp_path / "there.pt").write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists already"):
        export(conditional, tmp_path / "there.pt")
