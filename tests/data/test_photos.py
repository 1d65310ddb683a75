import numpy as np
import pytest
from PIL import Image

from tfgan_compress.data import photos


@pytest.fixture
def picture():
    y, x = np.mgrid[:24, :32]
    return np.stack([x * 8, y * 10, 0 * x], -1).astype(np.uint8)


def test_exif_rotation_is_applied(tmp_path, picture):
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x0112] = 6  # Turn right to be upright.
    image.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(photos.read_photo(tmp_path / "a.png"), np.rot90(picture, -1))


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGB", "1"])
def test_every_mode_becomes_rgb(tmp_path, picture, mode):
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.fromarray(picture).convert(mode).save(path)
    photo = photos.read_photo(path)
    assert photo.shape == (24, 32, 3) and photo.dtype == np.uint8


def test_transparency_lies_over_white(tmp_path, picture):
    alpha = np.full((24, 32, 1), 255, np.uint8)
    alpha[:12] = 0
    Image.fromarray(np.concatenate([picture, alpha], -1)).save(tmp_path / "a.png")
    photo = photos.read_photo(tmp_path / "a.png")
    assert (photo[:12] == 255).all()
    np.testing.assert_array_equal(photo[12:], picture[12:])


def test_sixteen_bits_become_eight(tmp_path, picture):
    deep = picture[..., 0].astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "gray.png")
    np.testing.assert_array_equal(photos.read_photo(tmp_path / "gray.png")[..., 1], picture[..., 0])
    np.testing.assert_array_equal(photos.as_photo(picture.astype(np.uint16) * 257), picture)


def test_sixteen_bit_colour_tiff_is_read(tmp_path, picture):
    import cv2

    cv2.imwrite(str(tmp_path / "a.tif"), picture[..., ::-1].astype(np.uint16) * 257)
    np.testing.assert_array_equal(photos.read_photo(tmp_path / "a.tif"), picture)


def test_a_truncated_picture_is_refused_by_name(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    for name in ("a.jpg", "a.png"):
        path = tmp_path / name
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[:-1500])
        with pytest.raises(ValueError, match=rf"{name} is truncated or damaged"):
            photos.read_photo(path)


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_text("hello")
    (tmp_path / "b.jpg").touch()
    with pytest.raises(ValueError, match="not a picture that can be read"):
        photos.read_photo(tmp_path / "a.jpg")
    with pytest.raises(ValueError, match="it is empty"):
        photos.read_photo(tmp_path / "b.jpg")
    with pytest.raises(FileNotFoundError, match="no picture at"):
        photos.read_photo(tmp_path / "c.jpg")


def test_arrays_of_a_wrong_kind_or_size_are_refused():
    with pytest.raises(ValueError, match="uint8 or uint16"):
        photos.as_photo(np.zeros((32, 32, 3)))
    with pytest.raises(ValueError, match="shape \\(32, 32, 2\\)"):
        photos.as_photo(np.zeros((32, 32, 2), np.uint8))
    with pytest.raises(ValueError, match="at least 16 pixels"):
        photos.as_photo(np.zeros((10, 32, 3), np.uint8))


def test_a_written_png_reads_back_the_same(tmp_path, picture):
    photos.write_png(tmp_path / "new" / "a.png", picture)
    np.testing.assert_array_equal(photos.read_photo(tmp_path / "new" / "a.png"), picture)
