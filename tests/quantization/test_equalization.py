import keras
import numpy as np

from tests.export.models import images_for
from tfgan_compress import graph
from tfgan_compress.quantization.equalization import equalize

L = keras.layers


def even():
    """Two convolutions with a leaky ReLU between them."""
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3), name="input")
    x = L.Conv2D(4, 3, padding="same", name="first")(image)
    x = L.LeakyReLU(0.2, name="act")(x)
    x = L.Conv2D(3, 1, activation="tanh", name="last")(x)
    return keras.Model({"input": image}, {"image": x})


def uneven():
    """The channels of the first convolution are a thousand times apart."""
    model = even()
    first, last = model.get_layer("first"), model.get_layer("last")
    sizes = np.array([1e-2, 1e-1, 1, 10], "float32")
    first.kernel.assign(np.asarray(first.kernel) * sizes)
    last.kernel.assign(np.asarray(last.kernel) / sizes[:, None])
    return model


def test_equalized_model_computes_the_same(tiny_model):
    batch = images_for(tiny_model, 3)
    equal = equalize(tiny_model, [images_for(tiny_model, 8, seed=1)])
    assert type(equal) is type(tiny_model)
    for name, image in tiny_model(batch).items():
        np.testing.assert_allclose(equal(batch)[name], image, atol=1e-5)


def sizes_of(model, batch):
    activations = keras.Model(model.input, model.get_layer("first").output)(batch)
    return np.abs(keras.ops.convert_to_numpy(activations)).max((0, 1, 2))


def test_every_free_channel_reaches_the_size_of_its_tensor():
    model = uneven()
    batch = images_for(model, 8)
    equal = equalize(model, [batch], limit=1e6, percentile=100)
    np.testing.assert_allclose(sizes_of(equal, batch), sizes_of(model, batch).max(), rtol=1e-4)


def test_no_factor_is_above_the_limit():
    model = uneven()
    batch = images_for(model, 8)
    factors = sizes_of(equalize(model, [batch], limit=3.0), batch) / sizes_of(model, batch)
    np.testing.assert_allclose(factors.max(), 3, rtol=1e-4)
    assert factors.min() >= 1


def test_channels_behind_a_tanh_keep_their_scale():
    model = uneven()
    bias = np.asarray(model.get_layer("last").bias) + 0.3
    model.get_layer("last").bias.assign(bias)
    equal = equalize(model, [images_for(model, 8)])
    np.testing.assert_array_equal(equal.get_layer("last").bias, bias)


def test_convolutions_whose_outputs_are_added_share_a_group():
    image = keras.Input((8, 8, 3))
    branches = [L.Conv2D(4, 1, name=name)(image) for name in "ab"]
    calls, widths = graph.free_calls(keras.Model(image, L.Add(name="sum")(branches)))
    found = {call.layer.name: call.output for call in calls}
    assert found["a"] == found["b"] == found["sum"]
    assert [widths[group] for group in found["sum"]] == [4]
