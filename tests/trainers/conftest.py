"""One folder of digits and one conditional run on it, shared by the tests of the trainers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.trainers.digits import train, write_folder


@pytest.fixture(scope="session")
def digits(tmp_path_factory) -> Path:
    return write_folder(tmp_path_factory.mktemp("digits") / "real")


@pytest.fixture(scope="session")
def conditional(digits, tmp_path_factory) -> Path:
    """A cgan after two steps."""
    out = tmp_path_factory.mktemp("runs") / "cgan"
    train(digits, out, "cgan")
    return out


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
