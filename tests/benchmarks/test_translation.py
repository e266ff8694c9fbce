"""The figures of the translation benchmark by hand, its split, and the whole of it on tiny images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.translation import baselines, enlarged, inverted, main, paired, psnr, split, ssim, unpaired


def images(n: int, side: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, side, side)).astype(np.uint8)


def test_psnr_by_hand() -> None:
    target = np.zeros((2, 1, 4, 4), np.float32)
    made = np.stack([np.full((1, 4, 4), 0.2), np.full((1, 4, 4), 2.0)]).astype(np.float32)
    assert psnr(made, target) == pytest.approx([20.0, 0.0], abs=1e-4)


def test_ssim_of_equals_is_one_and_of_constants_that_of_their_means() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (2, 1, 16, 16)).astype(np.float32)
    assert ssim(noise, noise) == pytest.approx([1.0, 1.0])
    assert (ssim(-noise, noise) < -0.3).all()
    low, high = np.full((1, 1, 9, 9), 0.2, np.float32), np.full((1, 1, 9, 9), 0.6, np.float32)
    assert ssim(low, high)[0] == pytest.approx((2 * 1.2 * 1.6 + 4e-4) / (1.44 + 2.56 + 4e-4), abs=1e-5)


def test_equal_images_fall_on_one_side_of_the_split() -> None:
    several = np.sort(images(10), axis=0)
    several[7] = several[8] = several[9]
    train, held = split(several)
    assert len(train) + len(held) == 10
    assert not {image.tobytes() for image in train} & {image.tobytes() for image in held}


def test_unpaired_targets_come_from_other_images() -> None:
    train, held = images(20), images(5, seed=1)
    task = unpaired(train, held)
    assert len(task.data) == len(task.targets) == 10
    assert np.array_equal(task.targets, inverted(train[10:]))
    assert not {image.tobytes() for image in task.targets} & {image.tobytes() for image in inverted(task.data)}


def test_the_baselines_are_what_they_are_called() -> None:
    train, held = images(20), images(5, seed=1)
    found = baselines(paired(train, held))
    assert list(found) == ["identity", "mean target", "straight line"]
    assert np.allclose(found["identity"][:, 0], held / 127.5 - 1, atol=1e-6)
    assert np.allclose(found["mean target"][3, 0], inverted(train).mean(axis=0) / 127.5 - 1, atol=1e-4)
    line = np.corrcoef(found["straight line"].ravel(), held.ravel())[0, 1]
    assert line == pytest.approx(-1.0, abs=1e-3)
    assert {"bilinear", "bicubic"} <= set(baselines(enlarged(train, held)))


@pytest.mark.parametrize("model", ["cyclegan", "srgan"])
def test_the_whole_of_it(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for number, image in enumerate(images(30)):
        Image.fromarray(image).save(folder / f"{number}.png")
    main(folder, tmp_path / "runs", [model], seconds=0.2)
    spent = float((tmp_path / "runs" / f"{model}.cpu").read_text())
    main(folder, tmp_path / "runs", [model], seconds=0.3)
    assert float((tmp_path / "runs" / f"{model}.cpu").read_text()) > spent > 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("24 images to train on, 6 held out")
    assert f"**{model}**" in lines[-1]
    assert "nan" not in "".join(lines)
