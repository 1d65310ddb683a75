import numpy as np
import pytest

from tests.generators.tiny import difference, random_batch, randomize
from tfgan_compress import elastic as el
from tfgan_compress.generators.tpgan import TPGAN


@pytest.fixture(scope="module")
def whole():
    """A generator whose code is made by a matrix of 256 x 512."""
    return randomize(TPGAN((32, 32, 3), base_width=8), 3)


def _matrix(model):
    return np.concatenate([np.asarray(model.get_layer(f"fc1_{h}").kernel) for h in "ab"], axis=1)


def test_a_code_of_low_rank_is_made_by_the_nearest_product(whole):
    small = el.restructured(whole, code_rank=10)
    product = np.asarray(small.get_layer("fc1_shared").kernel) @ _matrix(small)
    singular = np.linalg.svd(_matrix(whole), compute_uv=False)
    error = np.linalg.norm(_matrix(whole) - product)
    assert error == pytest.approx(np.linalg.norm(singular[10:]), rel=1e-4)
    for half in "ab":
        biases = (np.asarray(m.get_layer(f"fc1_{half}").bias) for m in (whole, small))
        np.testing.assert_array_equal(*biases)


def test_the_product_of_a_code_becomes_the_matrix_again(whole):
    small, batch = el.restructured(whole, code_rank=10), random_batch(whole)
    again = el.restructured(small, code_rank=None)
    assert "fc1_shared" not in {layer.name for layer in again.layers}
    assert difference(small, again, batch) < 1e-4
    assert difference(small, el.restructured(again, code_rank=10), batch) < 1e-4


def test_another_rank_is_that_of_the_product(whole):
    small = el.restructured(whole, code_rank=10)
    smaller = el.restructured(small, code_rank=4)
    assert smaller.get_layer("fc1_shared").units == 4
    direct = el.restructured(whole, code_rank=4)
    assert difference(smaller, direct, random_batch(whole)) < 1e-4


def test_a_rank_stays_where_nothing_is_said_of_it(whole):
    small = el.restructured(whole, code_rank=10)
    narrow = el.restructured(small, largest_kernel=5)
    for name in ("fc1_shared", "fc1_a"):
        kernels = (np.asarray(m.get_layer(name).kernel) for m in (small, narrow))
        np.testing.assert_array_equal(*kernels)


def test_widening_leaves_the_pictures_of_a_code_of_low_rank_alone(whole):
    small = el.restructured(whole, code_rank=10)
    wide = el.widened(small, {"conv4": small.channels["conv4"] + 8, "code": 300})
    batch = random_batch(whole)
    for name in ("image", "image_quarter"):
        pictures = (np.asarray(m(batch)[name]) for m in (small, wide))
        np.testing.assert_allclose(*pictures, atol=1e-4)


def test_a_rank_above_that_of_the_matrix_is_refused(whole):
    with pytest.raises(ValueError, match=r"code_rank must be at most 256.*Received: 257"):
        el.restructured(whole, code_rank=257)
