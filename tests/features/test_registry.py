from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gan_audit.errors import MissingDependencyError, UsageError
from gan_audit.features import DEFAULT_SPACES, Unavailable, build_extractors, known_spaces, registry
from gan_audit.features.base import Extractor
from gan_audit.features.pixels import Pixels


@dataclass
class Point:
    """Stands for an entry point of another package."""

    name: str
    factory: object
    value: str = "other_package:Space"

    def load(self):
        return self.factory


@pytest.fixture
def offer(monkeypatch):
    def put(name, factory):
        monkeypatch.setattr(registry, "entry_points", lambda group: [Point(name, factory)] if group else [])

    return put


def build(*names, weights=None, device="cpu"):
    return build_extractors(names, weights=weights or {}, radiomics_params=None, device=device, offline=True)


def space(name):
    return type("Space", (Pixels,), {"name": name})()


def test_spaces_come_in_the_order_asked_for_and_once():
    made, missing = build("random-conv", "pixels", "random-conv")
    assert [extractor.name for extractor in made] == ["random-conv", "pixels"]
    assert missing == []
    assert all(isinstance(extractor, Extractor) for extractor in made)


def test_the_default_spaces_are_known():
    assert set(DEFAULT_SPACES) < set(known_spaces()) == {*DEFAULT_SPACES, "inception"}


@pytest.mark.parametrize(
    ("name", "near"), [("pixel", "pixels"), ("incepton", "inception"), ("randomconv", "random-conv")]
)
def test_an_unknown_space_names_the_nearest_known_one(name, near):
    with pytest.raises(UsageError, match=rf"got {name}. Did you mean {near}\?"):
        build("radiomics", name)
    with pytest.raises(UsageError, match=near):
        build("pixels", weights={name: Path("weights.pth")})


def test_a_name_like_no_other_lists_the_known_ones():
    with pytest.raises(UsageError, match=r"among radiomics, pixels, random-conv, inception, got xyz\.$"):
        build("xyz")


def test_another_packages_space_gets_its_weights_and_the_device(offer):
    seen = {}

    def factory(*, weights, device):
        seen.update(weights=weights, device=device)
        return space("ours")

    offer("ours", factory)
    made, _ = build("ours", "pixels", weights={"ours": Path("w.bin")}, device="auto")
    assert [extractor.name for extractor in made] == ["ours", "pixels"]
    assert seen == {"weights": Path("w.bin"), "device": "auto"}
    assert "ours" in known_spaces()


def test_a_space_that_belongs_to_one_check_can_be_had_and_is_not_advertised():
    assert [extractor.name for extractor in build("pixels-fine")[0]] == ["pixels-fine"]
    assert "pixels-fine" not in known_spaces()


def test_another_package_cannot_take_a_built_in_name(offer):
    offer("pixels", lambda **_: pytest.fail("asked"))
    assert type(build("pixels")[0][0]) is Pixels


def raising(error):
    def factory(**_):
        raise error

    return factory


@pytest.mark.parametrize(
    ("factory", "reason"),
    [
        (raising(RuntimeError("/home/someone is wrong")), r"failed when it was loaded \(RuntimeError\)"),
        (raising(MissingDependencyError("pip install more")), "lacks something"),
        (lambda **_: "no extractor", "returned str, which is no extractor called ours"),
        (lambda **_: space("theirs"), "no extractor called ours"),
        (lambda **_: Unavailable("ours", "Not today.", "Come back."), "Not today"),
    ],
)
def test_another_packages_space_that_does_not_work_is_unavailable(offer, factory, reason):
    offer("ours", factory)
    made, (missing,) = build("ours", "pixels")
    assert [extractor.name for extractor in made] == ["pixels"]
    assert missing.space == "ours"
    assert re.search(reason, missing.reason)
    assert missing.remedy
    assert "/home" not in missing.reason


def test_another_packages_usage_error_is_the_users(offer):
    offer("ours", raising(UsageError("Expected weights of another kind.")))
    with pytest.raises(UsageError, match="another kind"):
        build("ours")


def test_importing_the_package_loads_nothing_heavy():
    heavy = ["torch", "torchvision", "torch_fidelity", "radiomics", "SimpleITK", "faiss", "sklearn"]
    code = f"import sys, gan_audit.features; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
