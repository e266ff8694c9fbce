from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_audit.errors import UsageError
from gan_audit.features import torch_tools
from gan_audit.features.base import Options
from gan_audit.features.inception import weights as weight_files
from gan_audit.features.inception.extractor import Inception
from gan_audit.types import Unavailable
from tests.stand_in import NAME, switched_on


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file in the format of the published one, holding weights drawn at random."""
    import torch
    from torch_fidelity import feature_extractor_inceptionv3 as peer

    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peer, "load_state_dict_from_url", lambda *_, **__: None)
        patch.setattr(peer.FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        network = peer.FeatureExtractorInceptionV3("untrained", ["2048"])
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
    path = tmp_path_factory.mktemp("weights") / "weights.pth"
    torch.save(network.state_dict(), path)
    yield path
    path.unlink()


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return [(rng.random((8, 8)).repeat(8, 0).repeat(8, 1) * 255).astype(np.uint8) for _ in range(8)]


@pytest.fixture(scope="module")
def fitted(weights, images, make_set):
    return Inception.build(Options(weights={"inception": weights})).fit(make_set(images))


@pytest.fixture
def empty_caches(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub" / "checkpoints"


def colour(images):
    return np.stack([np.stack([image] * 3) for image in images])


def test_features_and_fid_equal_torch_fidelitys(fitted, weights, images, as_image):
    import torch
    from torch_fidelity import calculate_metrics

    class Set(torch.utils.data.Dataset):
        def __init__(self, part):
            self.part = torch.from_numpy(colour(part))

        def __len__(self):
            return len(self.part)

        def __getitem__(self, number):
            return self.part[number]

    published = calculate_metrics(
        input1=Set(images[:4]), input2=Set(images[4:]), fid=True, cuda=False, batch_size=4, cache=False, verbose=False,
        save_cpu_ram=True, feature_extractor_weights_path=str(weights),
    )["frechet_inception_distance"]  # fmt: skip
    rows = np.array([fitted(as_image(image)) for image in images])
    one, two = ((part - part.mean(axis=0)) / np.sqrt(3) for part in (rows[:4], rows[4:]))
    shift = ((rows[:4].mean(axis=0) - rows[4:].mean(axis=0)) ** 2).sum()
    fid = shift + (one**2).sum() + (two**2).sum() - 2 * np.linalg.norm(one @ two.T, "nuc")
    assert fid == pytest.approx(published, rel=1e-3)


def test_on_another_device_nothing_is_mixed_with_the_cpu(fitted, images, as_image, monkeypatch):
    monkeypatch.setattr(torch_tools, "BATCH", 2)
    away = replace(fitted, device=NAME)
    monkeypatch.setattr(torch.__future__, "_swap_module_params_on_conversion", True)
    with switched_on():
        found = away.batch([as_image(image) for image in images[:2]])
    np.testing.assert_allclose(found, fitted.batch([as_image(image) for image in images[:2]]), rtol=1e-5)


def test_a_row_equals_the_peers_on_the_same_image(fitted, weights, images, as_image, monkeypatch):
    import torch
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    monkeypatch.setattr(torch_tools, "BATCH", 4)
    peer = FeatureExtractorInceptionV3("peer", ["2048"], str(weights))
    with torch.inference_mode():
        expected = peer(torch.from_numpy(colour(images[:3])))[0].numpy()
    found = np.array([fitted(as_image(image)) for image in images[:3]])
    assert found.shape == (3, 2048)
    assert np.abs(found - expected).max() < 1e-4 * expected.std()
    assert np.abs(fitted.batch([as_image(image) for image in images[:3]]) - expected).max() < 1e-4 * expected.std()


def test_eight_bit_images_are_shown_as_they_are_and_others_by_the_window(fitted, make_set, as_image):
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(fitted.eight_bit(as_image(image))[..., 1], image)
    wide = make_set([np.linspace(-1000, 3000, 400).reshape(20, 20)])
    shown = fitted.fit(wide).eight_bit(as_image(np.array([[-5000.0, 1000.0, 9000.0]])))
    assert shown[0, :, 0].tolist() == [0, 128, 255]


def test_the_space_names_its_weights(fitted, weights):
    space = fitted.describe(2048)
    assert space.weights_sha256 == weight_files.digest(weights)
    assert space.parameters["published"] is False
    assert space.extractor.startswith("torch-fidelity ")


def test_without_weights_the_space_is_unavailable_with_the_remedy(empty_caches):
    made = Inception.build(Options(offline=True))
    assert isinstance(made, Unavailable)
    assert "--weights inception=FILE" in made.remedy


def test_offline_never_opens_a_connection(empty_caches, monkeypatch):
    monkeypatch.setattr(weight_files, "urlopen", lambda *_, **__: pytest.fail("a download was tried"))
    assert weight_files.find(None, offline=True) is None


def test_a_download_that_fails_leaves_the_space_unavailable(empty_caches, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(weight_files, "urlopen", refuse)
    assert isinstance(Inception.build(Options(offline=False)), Unavailable)


def test_a_download_with_another_content_is_not_kept(empty_caches, monkeypatch):
    from io import BytesIO

    monkeypatch.setattr(weight_files, "urlopen", lambda *_, **__: BytesIO(b"a login page"))
    assert weight_files.find(None, offline=False) is None
    assert not empty_caches.exists()


def test_a_download_is_kept_in_the_usual_cache(empty_caches, monkeypatch):
    from io import BytesIO

    monkeypatch.setattr(weight_files, "urlopen", lambda *_, **__: BytesIO(b"weights"))
    monkeypatch.setattr(weight_files, "PUBLISHED", weight_files.sha256(b"weights").hexdigest()[:8])
    found = weight_files.find(None, offline=False)
    assert found == empty_caches / weight_files.FILES[0]
    assert found.read_bytes() == b"weights"
    assert [path.name for path in empty_caches.iterdir()] == [found.name]


@pytest.mark.parametrize("name", weight_files.FILES)
def test_the_usual_caches_are_looked_into(empty_caches, name):
    empty_caches.mkdir(parents=True)
    (empty_caches / name).write_bytes(b"")
    assert weight_files.find(None, offline=True) == empty_caches / name


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(100)])
def test_a_damaged_file_is_a_usage_error(tmp_path, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"Inception v3, got .*weights\.pth.*--weights"):
        Inception.build(Options(weights={"inception": path}))


def test_the_weights_of_another_network_are_a_usage_error(tmp_path):
    import torch

    path = tmp_path / "weights.pth"
    torch.save({"layer": torch.zeros(2)}, path)
    with pytest.raises(UsageError, match="Inception v3"):
        Inception.build(Options(weights={"inception": path}))


def test_a_file_that_would_execute_something_is_refused_unexecuted(tmp_path):
    import torch

    path = tmp_path / "weights.pth"
    torch.save(Bomb(tmp_path / "exploded"), path)
    with pytest.raises(UsageError):
        Inception.build(Options(weights={"inception": path}))
    assert not (tmp_path / "exploded").exists()


def test_an_absent_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="not there"):
        Inception.build(Options(weights={"inception": tmp_path / "none.pth"}))


class Bomb:
    """Unpickling it creates a file."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))
