import keras
import numpy as np
import pytest

from tfgan_compress.metrics import psnr, ssim


def waves(size=32):
    """A smooth picture and a disturbed one, `(1, size, size, 3)` in [-1, 1]."""
    y, x = np.mgrid[0:size, 0:size] / size
    a = np.stack([np.sin(9 * x + 3 * y), np.cos(7 * y - 2 * x), np.sin(5 * x * y + 1)], -1)
    b = 0.9 * a + 0.1 * np.sin(40 * x)[..., None]
    return 0.8 * a[None].astype(np.float32), 0.8 * b[None].astype(np.float32)


def test_psnr_of_a_constant_offset_follows_from_its_square():
    image = np.zeros((2, 8, 8, 3), np.float32)
    np.testing.assert_allclose(psnr(image, image + 0.02), 40, atol=1e-3)


def test_equal_images_have_psnr_100_and_ssim_1():
    image, _ = waves()
    assert float(psnr(image, image)[0]) == pytest.approx(100, abs=1e-3)
    assert float(ssim(image, image)[0]) == pytest.approx(1, abs=1e-5)


def test_ssim_equals_scikit_image():
    # scikit-image 0.26.0: structural_similarity(a, b, data_range=2, channel_axis=-1,
    # gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    a, b = waves()
    assert float(ssim(a, b)[0]) == pytest.approx(0.863955, abs=1e-4)


def test_ssim_of_a_turned_picture_is_the_same():
    a, b = (x[:, :20] for x in waves())
    turned = [np.swapaxes(x, 1, 2) for x in (a, b)]
    assert float(ssim(*turned)[0]) == pytest.approx(float(ssim(a, b)[0]), abs=1e-6)


def test_ssim_of_inverted_contrast_is_negative():
    contrast = np.random.default_rng(0).uniform(-0.3, 0.3, (1, 32, 32, 3)).astype(np.float32)
    assert float(ssim(0.5 + contrast, 0.5 - contrast)[0]) < -0.5


def test_ssim_is_one_value_an_image_in_float32():
    a, b = (np.repeat(x, 3, 0).astype(np.float16) for x in waves())
    values = ssim(a, b)
    assert values.shape == (3,)
    assert keras.backend.standardize_dtype(values.dtype) == "float32"


def test_images_smaller_than_the_window_are_refused():
    image = np.zeros((1, 8, 8, 3), np.float32)
    with pytest.raises(ValueError, match=r"11x11.*8x8"):
        ssim(image, image)
