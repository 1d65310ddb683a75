import keras
import numpy as np
import pytest

from tests.export.models import images_for, randomize
from tfgan_compress.blocks import ConvBlocks
from tfgan_compress.export import gates
from tfgan_compress.export.contract import make_contract
from tfgan_compress.export.conversion import convert, saved_model
from tfgan_compress.generators.crgan import CRGAN
from tfgan_compress.layers import FlipConcat, Halve, Maximum
from tfgan_compress.metrics.image_quality import psnr
from tfgan_compress.quantization.calibration import calibrate
from tfgan_compress.quantization.twin import kernels, quantization_twin, ranges
from tfgan_compress.tflite import TFLiteModel

L = keras.layers


def decibels(one, other):
    return float(keras.ops.convert_to_numpy(psnr(one, other)).mean())


def painted(model, batch):
    return keras.ops.convert_to_numpy(model(batch, training=False)["image"])


def file_of(twin):
    with saved_model(twin) as folder:
        content = convert(folder, "int8")
    return content, TFLiteModel(content, make_contract(content, name="t", variant="int8", task=""))


@pytest.fixture(scope="module")
def face_blocks():
    """A generator with the constructions that TP-GAN adds to those of `tiny_generator`."""
    keras.utils.set_random_seed(0)
    blocks = ConvBlocks({"a": 4, "b": 6, "up": 4}, factorized=("thin",))
    image = keras.Input((8, 8, 3), name="input")
    both = FlipConcat(name="both")(image)
    x = blocks.conv(both, "a", 3, name="first", norm=False)
    x = blocks.conv(x, "a", 3, name="thin", strides=2)
    x = blocks.res(x, ("a",), "b", 3, name="res")
    x = Maximum(name="most")([x, L.Conv2D(4, 1, name="other")(Halve(name="half")(both))])
    x = blocks.deconv(x, "up", name="up", strides=4)
    x = L.Concatenate(name="cat")([Halve(name="shrunk")(x), both])
    model = keras.Model({"input": image}, {"image": blocks.to_rgb(x, name="image")})
    randomize(model, 0)
    return model


@pytest.fixture(scope="module")
def residual():
    """CR-GAN, whose norms follow additions and whose ReLUs share what they read."""
    keras.utils.set_random_seed(0)
    model = CRGAN((32, 32, 3), base_width=4, factorized=("down1", "up5"))
    randomize(model, 0)
    return model


@pytest.fixture(scope="module", params=["tiny", "face_blocks", "residual"])
def model(request):
    name = "tiny_model" if request.param == "tiny" else request.param
    return request.getfixturevalue(name)


@pytest.fixture(scope="module")
def twin(model):
    return calibrate(quantization_twin(model), [images_for(model, 8)])


def test_twin_without_rounding_computes_what_the_model_computes(model, twin):
    batch = images_for(model, 2, seed=1)
    layers = [*ranges(twin), *kernels(twin)]
    for layer in layers:
        layer.active = False
    exact = painted(twin, batch)
    for layer in layers:
        layer.active = True
    np.testing.assert_allclose(exact, painted(model, batch), atol=1e-5)
    assert 25 < decibels(painted(twin, batch), exact) < 90


def test_file_of_a_twin_is_delegated_whole_and_agrees_with_its_simulation(model, twin):
    content, file = file_of(twin)
    assert gates.undelegated_operators(content) == []
    assert gates.integer(content)["float_operators"] == {}
    assert {t["dtype"] for t in file.contract["inputs"]} == {"int8"}
    batch = images_for(model, 8, seed=1)
    assert decibels(file(batch), painted(twin, batch)) > 50


def test_transposed_convolution_whose_bias_is_zero_stays_integer():
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3), name="input")
    x = L.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu")(image)
    x = L.Conv2D(3, 3, strides=2, padding="same", activation="tanh")(x)
    model = keras.Model({"input": image}, {"image": x})
    content, _ = file_of(calibrate(quantization_twin(model), [images_for(model, 4)]))
    assert gates.integer(content)["float_operators"] == {}
