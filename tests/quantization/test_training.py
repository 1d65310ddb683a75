import keras

from tests.export.models import images_for
from tests.quantization.test_equalization import even
from tfgan_compress.losses.step import Loss
from tfgan_compress.metrics.image_quality import psnr
from tfgan_compress.quantization.calibration import calibrate
from tfgan_compress.quantization.twin import quantization_twin
from tfgan_compress.training.stages import train_twin


def quality(twin, model, batch):
    images = [m(batch, training=False)["image"] for m in (twin, model)]
    return float(keras.ops.convert_to_numpy(psnr(*images)).mean())


def test_training_brings_the_twin_closer_to_its_float_model(tmp_path):
    model = even()
    twin = calibrate(quantization_twin(model), [images_for(model, 8)])
    ends, unseen = twin.get_layer("act_range"), images_for(model, 8, seed=1)
    ends.set_range(0.3 * float(ends.low), 0.3 * float(ends.high))
    before = quality(twin, model, unseen)

    def data(start):
        while True:
            yield (images_for(model, 8, seed=2),)

    options = {"epochs": 1, "steps_per_epoch": 80, "rate": 1e-2, "verbose": 0}
    train_twin(twin, data, tmp_path, teacher=model, **options)
    assert quality(twin, model, unseen) > before + 2


class Dark(Loss):
    """Wants black pictures."""

    name = "dark"

    def __call__(self, step):
        return keras.ops.mean(step.outputs["image"])


def test_training_heeds_further_losses(tmp_path):
    model = even()
    twin = calibrate(quantization_twin(model), [images_for(model, 8)])
    images = images_for(model, 8)
    before = float(keras.ops.mean(twin(images, training=False)["image"]))

    def data(start):
        while True:
            yield (images,)

    options = {"epochs": 1, "steps_per_epoch": 10, "rate": 1e-2, "verbose": 0}
    train_twin(twin, data, tmp_path, teacher=model, losses=[Dark(9.0)], **options)
    assert float(keras.ops.mean(twin(images, training=False)["image"])) < before - 0.05
