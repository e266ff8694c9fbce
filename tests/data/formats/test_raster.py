"""PNG, JPEG, TIFF and BMP keep their stored values and bit depth."""

from __future__ import annotations

import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.formats.readers import decode


def png(path: Path, raw: np.ndarray, colour_type: int, bits: int) -> Path:
    """A PNG written byte by byte, for kinds that no library at hand writes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    height, width = raw.shape[:2]
    rows = b"".join(b"\0" + row.astype(f">u{bits // 8}").tobytes() for row in raw)
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("suffix", ["png", "tif"])
@settings(max_examples=25)
@given(pixels=arrays(np.uint16, st.tuples(st.integers(2, 9), st.integers(2, 9))))
def test_16_bit_grey_keeps_every_value(suffix, pixels):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        Pillow.fromarray(pixels).save(path)
        image = decode(path)
    assert image.pixels.dtype == np.uint16
    assert np.array_equal(image.pixels, pixels)
    assert (image.channels, image.bit_depth) == (1, 16)


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_8_bit_grey_and_colour_keep_every_value(tmp_path, noise, suffix):
    for pixels in (noise(5, 7), noise(5, 7, 3)):
        Pillow.fromarray(pixels).save(tmp_path / f"a.{suffix}")
        image = decode(tmp_path / f"a.{suffix}")
        assert np.array_equal(image.pixels, pixels)
        assert (image.channels, image.bit_depth) == (3 if pixels.ndim == 3 else 1, 8)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bit_colour_is_not_reduced_to_8_bits(write_itk, noise, suffix):
    pixels = noise(6, 7, 3, dtype=np.uint16)
    image = decode(write_itk(f"a.{suffix}", pixels, colour=True))
    assert image.pixels.dtype == np.uint16
    assert np.array_equal(image.pixels, pixels)
    assert (image.channels, image.bit_depth, image.spacing) == (3, 16, None)


def test_16_bit_colour_with_equal_channels_becomes_16_bit_grey(write_itk, noise):
    grey = noise(6, 7, dtype=np.uint16)
    image = decode(write_itk("a.png", np.dstack([grey] * 3), colour=True))
    assert np.array_equal(image.pixels, grey)
    assert image.channels == 1


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.uint32])
def test_tiff_of_other_types_keeps_values_and_type(write_itk, dtype):
    top = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1e9
    pixels = np.linspace(-9 if dtype == np.int16 else 0, top, 42).reshape(6, 7).astype(dtype)
    image = decode(write_itk("a.tif", pixels))
    assert np.array_equal(image.pixels, pixels)
    assert image.spacing is None


def test_tiff_pages_are_slices(tmp_path, noise):
    pages = noise(4, 6, 7, dtype=np.uint16)
    first, *rest = [Pillow.fromarray(page) for page in pages]
    first.save(tmp_path / "a.tif", save_all=True, append_images=rest)
    assert np.array_equal(decode(tmp_path / "a.tif").pixels, pages)


def test_tiff_pages_of_different_size_are_refused(tmp_path, noise):
    Pillow.fromarray(noise(6, 7)).save(tmp_path / "a.tif", save_all=True, append_images=[Pillow.fromarray(noise(3, 4))])
    with pytest.raises(UnreadableError, match="pages differ"):
        decode(tmp_path / "a.tif")


def test_white_is_zero_is_turned_round_at_8_and_16_bits(tmp_path, noise):
    for dtype in (np.uint8, np.uint16):
        pixels = noise(6, 7, dtype=dtype)
        Pillow.fromarray(pixels).save(tmp_path / "a.tif", tiffinfo={262: 0})
        stored_inverted = Pillow.open(tmp_path / "a.tif").tag_v2[262] == 0
        assert stored_inverted
        # Pillow inverts 8-bit values when writing and reading such a file, and 16-bit ones at neither
        expected = pixels if dtype == np.uint8 else 65535 - pixels
        assert np.array_equal(decode(tmp_path / "a.tif").pixels, expected)


def test_opaque_alpha_is_dropped_and_other_alpha_lies_over_black(tmp_path, noise):
    colours = noise(5, 6, 3)
    alpha = np.full((5, 6, 1), 255, np.uint8)
    Pillow.fromarray(np.concatenate([colours, alpha], axis=2)).save(tmp_path / "opaque.png")
    assert np.array_equal(decode(tmp_path / "opaque.png").pixels, colours)
    alpha[0], alpha[1] = 0, 128
    Pillow.fromarray(np.concatenate([colours, alpha], axis=2)).save(tmp_path / "part.png")
    blended = decode(tmp_path / "part.png").pixels
    assert not blended[0].any()
    assert np.array_equal(blended[1], np.floor(colours[1] * 128.0 / 255 + 0.5).astype(np.uint8))
    assert np.array_equal(blended[2:], colours[2:])


def test_alpha_that_is_zero_everywhere_means_none(tmp_path, noise):
    colours = noise(5, 6, 3)
    Pillow.fromarray(np.dstack([colours, np.zeros((5, 6), np.uint8)])).save(tmp_path / "a.png")
    assert np.array_equal(decode(tmp_path / "a.png").pixels, colours)


def test_16_bit_alpha_is_blended_at_16_bits(write_itk, noise):
    pixels = noise(5, 6, 4, dtype=np.uint16)
    pixels[0, :, 3] = 65535
    image = decode(write_itk("a.png", pixels, colour=True))
    assert image.pixels.dtype == np.uint16
    assert np.array_equal(image.pixels[0], pixels[0, :, :3])


def test_grey_with_alpha_is_grey_at_8_bits_and_refused_at_16(tmp_path, noise):
    grey = noise(5, 6)
    Pillow.fromarray(np.dstack([grey, np.full((5, 6), 255, np.uint8)]), "LA").save(tmp_path / "a.png")
    image = decode(tmp_path / "a.png")
    assert np.array_equal(image.pixels, grey)
    assert image.channels == 1
    with pytest.raises(UnreadableError, match="without opacity"):
        decode(png(tmp_path / "b.png", noise(5, 6, 2, dtype=np.uint16), colour_type=4, bits=16))


def test_palette_of_greys_is_grey_and_of_colours_is_colour(tmp_path, noise):
    index = Pillow.fromarray(noise(6, 7) % 4, "P")
    index.putpalette([0, 0, 0, 9, 9, 9, 200, 200, 200, 255, 255, 255])
    index.save(tmp_path / "grey.png")
    assert decode(tmp_path / "grey.png").channels == 1
    assert set(np.unique(decode(tmp_path / "grey.png").pixels)) == {0, 9, 200, 255}
    index.putpalette([0, 0, 0, 9, 9, 9, 200, 0, 0, 255, 255, 255])
    index.save(tmp_path / "colour.bmp")
    assert decode(tmp_path / "colour.bmp").channels == 3


def test_1_bit_is_0_and_255(tmp_path, noise):
    bits = noise(6, 7) > 100
    Pillow.fromarray(bits).save(tmp_path / "a.png")
    image = decode(tmp_path / "a.png")
    assert np.array_equal(image.pixels, bits * np.uint8(255))
    assert image.bit_depth == 8


def test_jpeg_stored_in_colour_with_equal_channels_is_grey(tmp_path):
    grey = np.tile(np.arange(0, 160, 10, dtype=np.uint8), (16, 1))
    Pillow.fromarray(np.dstack([grey] * 3)).save(tmp_path / "a.jpeg", quality=95)
    image = decode(tmp_path / "a.jpeg")
    assert (image.channels, image.pixels.shape) == (1, (16, 16))


def test_cmyk_jpeg_is_colour(tmp_path, noise):
    Pillow.fromarray(noise(16, 16, 3)).convert("CMYK").save(tmp_path / "a.jpg")
    assert decode(tmp_path / "a.jpg").channels == 3


def test_content_decides_among_raster_formats(tmp_path, noise):
    pixels = noise(6, 7)
    Pillow.fromarray(pixels).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert np.array_equal(decode(tmp_path / "a.jpg").pixels, pixels)


def test_animated_png_is_refused(tmp_path, noise):
    frames = [Pillow.fromarray(noise(6, 7, seed=seed)) for seed in range(2)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    with pytest.raises(UnreadableError, match="animation"):
        decode(tmp_path / "a.png")


def test_decompression_bomb_is_refused_without_being_unpacked(tmp_path, monkeypatch, noise):
    Pillow.fromarray(noise(20, 20)).save(tmp_path / "a.png")
    for limit in (300, 100):  # above the limit, where Pillow only warns, and above twice the limit
        monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(UnreadableError, match="safety limit"):
            decode(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.bmp"])
def test_truncated_file_is_refused(tmp_path, noise, name):
    Pillow.fromarray(noise(64, 64, 3)).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableError, match="damaged, truncated"):
        decode(tmp_path / name)


@pytest.mark.parametrize("suffix", ["png", "jpeg", "tiff", "bmp"])
@pytest.mark.parametrize(
    "content", [b"these are not pixels", b"\x89PNG\r\n\x1a\n", b"II*\x00\x08\x00\x00\x00", b"\xff\xd8\xff"]
)
def test_text_and_bare_signatures_are_refused_without_naming_the_file(tmp_path, suffix, content):
    path = tmp_path / f"Jane_Doe.{suffix}"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        decode(path)
    assert "Jane" not in caught.value.reason
    assert str(tmp_path) not in caught.value.reason


def test_one_pixel_rows_are_refused(tmp_path, noise):
    Pillow.fromarray(noise(1, 9)).save(tmp_path / "a.png")
    with pytest.raises(UnreadableError, match="one pixel"):
        decode(tmp_path / "a.png")
