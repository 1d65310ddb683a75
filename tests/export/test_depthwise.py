import keras
import numpy as np
import pytest

from tests.export.models import images_for, randomize
from tfgan_compress.export import conversion
from tfgan_compress.export.contract import make_contract
from tfgan_compress.export.gates import operator_names, undelegated_operators
from tfgan_compress.tflite import TFLiteModel


@pytest.fixture(scope="module")
def wide():
    """A generator whose depthwise kernel has as many weights as the converter quantizes."""
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3), name="input")
    x = keras.layers.Conv2D(128, 3, padding="same", activation="relu")(image)
    x = keras.layers.SeparableConv2D(128, 3, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    model = keras.Model({"input": image}, {"image": x})
    randomize(model, 0)
    return model


def dynamic(model):
    with conversion.saved_model(model) as folder:
        return conversion.convert(folder, "dynamic")


def images(content, batch):
    contract = make_contract(content, name="t", variant="dynamic", task="")
    return TFLiteModel(content, contract)(batch)


def test_dynamic_range_file_with_a_wide_depthwise_kernel_is_delegated_whole(wide, monkeypatch):
    content, batch = dynamic(wide), images_for(wide, 2)
    assert "DEPTHWISE_CONV_2D" in operator_names(content)
    assert undelegated_operators(content) == []
    exact = wide(batch, training=False)["image"]
    np.testing.assert_allclose(images(content, batch), exact, atol=0.05)
    monkeypatch.setattr(conversion, "float_depthwise", lambda model: model)
    mixed = dynamic(wide)
    assert undelegated_operators(mixed) == ["DEPTHWISE_CONV_2D"]
    np.testing.assert_allclose(images(content, batch), images(mixed, batch), atol=0.05)
    assert len(content) - len(mixed) < 128 * 9 * 4
