import keras
import numpy as np
import pytest

from tests.generators.tiny import difference, random_masks, randomize
from tests.training import nets
from tfgan_compress import elastic
from tfgan_compress.blocks import ConvBlocks
from tfgan_compress.channels import leading_masks
from tfgan_compress.training.recalibrate import Recalibrator
from tfgan_compress.training.scoring import ImageScore, SubnetScorer

BATCHES = [nets.batch(1), nets.batch(2)]


def test_statistics_are_the_mean_of_those_of_the_batches():
    images = [np.random.default_rng(s).normal(s, s + 1, (2, 4, 4, 3)) for s in range(3)]
    inputs = keras.Input((4, 4, 3), name="input")
    norm = keras.layers.BatchNormalization(momentum=0.9)
    model = keras.Model({"input": inputs}, {"image": norm(inputs)})
    Recalibrator(model)([{"input": image} for image in images])
    mean = np.mean([image.mean((0, 1, 2)) for image in images], 0)
    variance = np.mean([image.var((0, 1, 2)) for image in images], 0)
    np.testing.assert_allclose(norm.moving_mean, mean, rtol=1e-4)
    np.testing.assert_allclose(norm.moving_variance, variance, rtol=1e-4)
    assert norm.momentum == 0.9


@pytest.fixture(scope="module")
def supernet():
    return nets.generator(elastic=True)


def test_recalibrated_student_equals_the_recalibrated_subnet(supernet):
    recalibrate = Recalibrator(supernet)
    for seed in (1, 2):  # The second subnet is recalibrated by the graph of the first.
        elastic.set_masks(supernet, random_masks(nets.CHANNELS, seed, leading=False))
        student = elastic.extract(supernet)
        recalibrate(BATCHES)
        Recalibrator(student)(BATCHES)
        assert difference(supernet, student, {"input": nets.batch(9)["input"]}) < 1e-5


def test_recalibration_leaves_weights_alone(supernet):
    before = nets.values(supernet.trainable_variables)
    Recalibrator(supernet)(BATCHES)
    for a, b in zip(before, nets.values(supernet.trainable_variables), strict=True):
        np.testing.assert_array_equal(a, b)


def test_recalibration_needs_a_batch(supernet):
    with pytest.raises(ValueError, match="at least one batch"):
        Recalibrator(supernet)([])


def large_batch(seed):
    """Images that are large enough for SSIM's window."""
    rng = np.random.default_rng(seed)
    return {
        key: rng.uniform(-1, 1, (2, 16, 16, 3)).astype("float32") for key in ("input", "target")
    }


def test_a_copy_scores_1():
    inputs = keras.Input((16, 16, 3), name="input")
    copy = keras.Model({"input": inputs}, {"image": keras.layers.Identity()(inputs)})
    batches = [batch | {"target": batch["input"]} for batch in map(large_batch, range(2))]
    assert ImageScore(copy).score(batches) == pytest.approx(1.0)
    assert ImageScore(copy).score([large_batch(0)]) < 0.2


def test_likeness_is_the_mean_of_ssim_and_the_recognizer_s_cosine():
    inputs = keras.Input((16, 16, 3), name="input")
    copy = keras.Model({"input": inputs}, {"image": keras.layers.Identity()(inputs)})
    # It sees whether a picture is dark: opposite embeddings for a picture and its negative.
    mean = keras.layers.GlobalAveragePooling2D()(inputs)
    recognizer = keras.Model(inputs, keras.layers.UnitNormalization()(mean))
    batch = large_batch(0)
    light = np.abs(batch["input"])
    for target, same in ((light, 1.0), (-light, -1.0)):
        batches = [{"input": light, "target": target}]
        seen = ImageScore(copy).score(batches)
        likeness = ImageScore(copy, recognizer).score(batches)
        assert likeness == pytest.approx((seen + same) / 2, abs=1e-5)


def test_subnet_scores_the_same_whatever_was_scored_before():
    blocks = ConvBlocks({"a": 6}, elastic=True)
    inputs = keras.Input((16, 16, 3), name="input")
    x = blocks.conv(inputs, "a", 3, name="first")
    supernet = randomize(keras.Model({"input": inputs}, {"image": blocks.to_rgb(x, name="image")}))
    supernet.channels = {"a": 6}
    score = SubnetScorer(supernet, [large_batch(0)], [large_batch(1), large_batch(2)])
    first, other, again = (score({"a": width}) for width in (2, 6, 2))
    assert first == again != other
    elastic.set_masks(supernet, leading_masks(supernet.channels, {"a": 2}))
    assert ImageScore(supernet).score([large_batch(0)]) == pytest.approx(first)


@pytest.mark.parametrize("trained", [True, False])
def test_better_statistics_are_settled_on(trained):
    inputs = keras.Input((16, 16, 3), name="input")
    norm = keras.layers.BatchNormalization(epsilon=0.0)
    model = keras.Model({"input": inputs}, {"image": norm(inputs)})
    # Its own statistics, 0 and 1, make it a copy; so does a target to which others would lead.
    truth = large_batch(0)
    batch = truth | {"target": truth["input"] if trained else (truth["input"] - 0.5) / 0.1}
    narrow = truth | {"input": 0.5 + 0.1 * np.sign(truth["input"])}
    score = SubnetScorer(model, [batch], [narrow]).settled()
    assert score == pytest.approx(ImageScore(model).score([batch])) == pytest.approx(1.0, abs=0.01)
    assert (norm.moving_mean.numpy() == 0.0).all() == trained
