import keras
import numpy as np
import pytest

from tests.generators.tiny import randomize
from tests.recognizers.test_recognizers import picture
from tfgan_compress.losses.identity import IdentityLoss
from tfgan_compress.losses.step import Step
from tfgan_compress.models import save_model
from tfgan_compress.profile import profile
from tfgan_compress.recognizers import default_features, lightcnn, load_recognizer
from tfgan_compress.recognizers.lightcnn import LightCNN29


@pytest.fixture(scope="module")
def network():
    return randomize(LightCNN29(32, base_width=2, colour=True))


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("recognizers") / "mine"
    save_model(network, path)
    return path


def test_published_network_has_12_573_million_parameters_and_3_62_giga_macs():
    counted = profile(LightCNN29())
    assert counted.params == 12_573_280
    assert round(counted.macs_true / 1e9, 2) == 3.62


def test_max_feature_map_takes_the_greater_half():
    found = lightcnn.MaxFeatureMap()(np.array([[1.0, 5.0, 3.0, 2.0]], "float32"))
    assert np.asarray(found).tolist() == [[3, 5]]


def test_gray_network_sees_brightness_alone():
    red, gray = np.zeros((1, 32, 32, 3), "float32"), np.zeros((1, 32, 32, 3), "float32")
    red[..., 0] = 0.5
    gray[:] = 0.299 * 0.5
    for colour in (False, True):
        network = randomize(LightCNN29(32, base_width=2, colour=colour))
        difference = np.abs(np.asarray(network(red)) - np.asarray(network(gray))).max()
        assert (difference > 1e-3) == colour


def test_aligned_images_of_its_size_are_not_cropped(network):
    image = picture(32)[None]
    expected = keras.utils.normalize(np.asarray(network(image)))
    np.testing.assert_allclose(load_recognizer(network, 32)(image), expected, atol=1e-5)


@pytest.mark.parametrize("size", [32, 64])
def test_folder_and_model_give_the_same_embedding_at_any_size(network, folder, size):
    image = picture(size)[None]
    one, other = (np.asarray(load_recognizer(r, size)(image)) for r in (network, str(folder)))
    assert one.shape == (1, 32)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(one, other, atol=0.01)  # Folders hold half floats.


def test_recognizer_is_a_frozen_copy(network):
    loaded = load_recognizer(network, 32)
    assert not loaded.trainable_weights
    assert network.trainable_weights


def test_identity_loss_takes_a_folder(network, folder):
    loss = IdentityLoss(32, recognizer=folder)
    assert loss.layers == default_features(network) == LightCNN29.features
    image = picture(32)[None]
    same = Step(batch={"target": image}, outputs={"image": image})
    other = Step(batch={"target": image}, outputs={"image": -image})
    assert abs(float(loss(same))) < 1e-5 < float(loss(other))


def test_chips_must_be_halved_four_times():
    with pytest.raises(ValueError, match=r"multiple of 16.*40"):
        LightCNN29(40)


def test_model_without_framing_is_refused():
    image = keras.Input((32, 32, 3))
    with pytest.raises(ValueError, match="properties framing and features"):
        load_recognizer(keras.Model(image, keras.layers.Flatten()(image)), 32)
