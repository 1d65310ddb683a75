import numpy as np
import pytest
import tensorflow as tf

from tfgan_compress.export import gates

BLACK = np.zeros((2, 8, 8, 3), np.float32)


def converted(function, *, select=False):
    """The bytes of `function`, converted; with `select`, TensorFlow's own operators may stay."""
    traced = tf.function(function, input_signature=[tf.TensorSpec((1, 8, 8, 8))])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function()])
    if select:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.SELECT_TF_OPS]
    return converter.convert()


def test_flex_operators_are_forbidden():
    content = converted(tf.linalg.inv, select=True)
    with pytest.raises(gates.ForbiddenOperatorError, match="FlexMatrixInverse") as caught:
        gates.only_builtin_operators(content)
    assert "CUSTOM:FlexMatrixInverse" in caught.value.measured["forbidden"]


def test_operators_are_counted():
    content = converted(lambda x: tf.tanh(x) + tf.tanh(2 * x))
    operators = gates.only_builtin_operators(content)["operators"]
    assert operators == {"ADD": 1, "MUL": 1, "TANH": 2}


def test_operators_between_delegated_parts_are_found():
    content = converted(lambda x: tf.tanh(tf.reverse(tf.tanh(x), [2])))
    assert gates.undelegated_operators(content) == ["REVERSE_V2"]


def test_float_operators_are_counted_without_conversions_of_either_end():
    content = converted(lambda x: tf.tanh(x) + tf.tanh(2 * x))
    with pytest.raises(gates.NotIntegerError, match=r"'TANH': 2") as caught:
        gates.integer(content)
    assert caught.value.measured["float_operators"] == {"MUL": 1, "TANH": 2, "ADD": 1}


def test_parity_names_the_largest_difference():
    with pytest.raises(gates.ParityError, match=r"a difference of 0\.5"):
        gates.parity(BLACK, BLACK + 0.5, tolerance=0.1)
    assert gates.parity(BLACK, BLACK + 0.05, tolerance=0.1)["max_difference"] < 0.1


def test_nan_is_no_parity():
    with pytest.raises(gates.ParityError):
        gates.parity(BLACK * np.nan, BLACK, tolerance=0.1)


def test_quality_is_the_mean_over_images_and_knows_the_worst():
    noisy = BLACK + np.array([0.02, 0.2], np.float32).reshape(2, 1, 1, 1)
    measured = gates.quality(noisy, BLACK, floor=25.0)
    assert measured["psnr"] == pytest.approx(30.0, abs=1e-3)
    assert measured["psnr_worst"] == pytest.approx(20.0, abs=1e-3)
    with pytest.raises(gates.QualityError, match=r"Received: 30\.00 dB"):
        gates.quality(noisy, BLACK, floor=31.0)


def test_images_with_infinity_are_counted():
    broken = BLACK.copy()
    broken[1, 0, 0, 0] = np.inf
    with pytest.raises(gates.NotFiniteError, match="1 of 2 images"):
        gates.finite(broken)
