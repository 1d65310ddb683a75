"""PSNR and SSIM (Wang et al. 2004) of images in [-1, 1], one value per image.

Written with `keras.ops`, so they may also serve inside a loss. SSIM is the original's: 11x11
Gaussian of sigma 1.5, K 0.01 and 0.03, only where the window lies inside the picture, here on
each colour channel and averaged (as scikit-image does with `gaussian_weights=True` and
`use_sample_covariance=False`).
Left out: multi-scale SSIM and learned metrics.
"""

import numpy as np
from keras import ops

DATA_RANGE = 2.0
WINDOW = 11
SIGMA = 1.5


def psnr(image, target):
    """Returns the peak signal-to-noise ratio in dB of each image, `(batch,)`.

    Equal images give 100, not infinity, so that means stay finite.

    Args:
        image: `(batch, height, width, channels)` in [-1, 1].
        target: As `image`.
    """
    image, target = _float(image), _float(target)
    error = ops.mean(ops.square(image - target), axis=(1, 2, 3))
    return 10.0 * ops.log10(DATA_RANGE**2 / ops.maximum(error, DATA_RANGE**2 * 1e-10))


def ssim(image, target):
    """Returns the structural similarity of each image, `(batch,)`, at most 1.

    Args:
        image: `(batch, height, width, channels)` in [-1, 1], at least 11 pixels a side.
        target: As `image`.
    """
    image, target = (_planes(x) for x in (image, target))
    mean_x, mean_y = _blur(image), _blur(target)
    variance_x = _blur(image * image) - mean_x * mean_x
    variance_y = _blur(target * target) - mean_y * mean_y
    covariance = _blur(image * target) - mean_x * mean_y
    c1, c2 = (0.01 * DATA_RANGE) ** 2, (0.03 * DATA_RANGE) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return ops.mean(luminance * structure, axis=(1, 2, 3))


def _float(image):
    """Half precision would lose the variances of `ssim`."""
    return ops.cast(image, "float32")


def _planes(image):
    """`(batch, channels, height, width)` in float32: rows of pixels for `_blur` to multiply."""
    height, width = image.shape[1:3]
    if min(height, width) < WINDOW:
        raise ValueError(
            f"SSIM needs images of at least {WINDOW}x{WINDOW} pixels. Received: {height}x{width}."
        )
    return ops.transpose(_float(image), (0, 3, 1, 2))


def _blur(planes):
    """Gaussian-weighted local means, only where the window fits; rows and columns change places."""
    return _blur_rows(ops.swapaxes(_blur_rows(planes), 2, 3))


def _blur_rows(planes):
    # One product of two matrices: many small ones take a CPU longer.
    _, channels, height, width = planes.shape
    rows = ops.matmul(ops.reshape(planes, (-1, width)), _band_matrix(width).T)
    return ops.reshape(rows, (-1, channels, height, rows.shape[1]))


def _band_matrix(size):
    """Returns the `(size - 10, size)` matrix whose rows are the shifted 1-D Gaussian window."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    window = np.exp(-0.5 * (offsets / SIGMA) ** 2)
    window /= window.sum()
    matrix = np.zeros((size - WINDOW + 1, size), np.float32)
    for row in range(len(matrix)):
        matrix[row, row : row + WINDOW] = window
    return matrix
