import keras
import numpy as np
import pytest
from keras import ops

from tfgan_compress.losses.enforced import EnforcedCrossEntropy
from tfgan_compress.losses.step import Step


class Colours(keras.layers.Layer):
    """Knows three people by their mean colour, red, green or blue."""

    def embed(self, images, training=False):
        return ops.mean(ops.convert_to_tensor(images), axis=(1, 2))

    def logits_of(self, embedding, training=False):
        return 4.0 * embedding


def pictures(*people):
    return np.eye(3, dtype="float32")[list(people)][:, None, None] * np.ones((1, 2, 2, 1), "f")


def enforced(view, image, **options):
    step = Step(
        batch={"input": pictures(view), "identity": np.array([0])},
        outputs={"image": pictures(image)},
    )
    return float(EnforcedCrossEntropy(Colours(), **options)(step))


# Logits 4, 0, 0.
RIGHT = np.log(1 + 2 * np.exp(-4))
WRONG = RIGHT + 4


@pytest.mark.parametrize(
    ("view", "image", "expected"),
    [(0, 0, RIGHT), (0, 1, (RIGHT + WRONG) / 2), (1, 0, (RIGHT + WRONG) / 2), (2, 1, WRONG)],
)
def test_person_is_asked_of_view_and_picture_alike(view, image, expected):
    assert enforced(view, image, compactness=0.0) == pytest.approx(expected, rel=1e-5)


def test_features_of_view_and_picture_have_to_be_alike():
    for view, image, distance in ((1, 1, 0.0), (0, 1, 1.0)):
        alone = enforced(view, image, compactness=0.0)
        both = enforced(view, image, compactness=2.0)
        assert both - alone == pytest.approx(2.0 * distance, abs=1e-5)
