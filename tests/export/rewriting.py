"""int8 files before and after a step of `export.conversion`, and what they answer."""

import numpy as np

from tests.export.models import images_for
from tfgan_compress.export import conversion
from tfgan_compress.tflite import load_interpreter


def with_and_without(model, step, monkeypatch):
    """Returns the bytes of `model` in int8 with the `step` of that name, and without it."""
    batch = images_for(model, 4)
    samples = [{"input": batch["input"][i : i + 1]} for i in range(4)]
    with conversion.saved_model(model) as folder:
        done = conversion.convert(folder, "int8", calibration=samples)
        monkeypatch.setattr(conversion, step, lambda model: model)
        return done, conversion.convert(folder, "int8", calibration=samples)


def answers(content):
    """Returns what the file makes of three random pictures, int8."""
    interpreter = load_interpreter(content)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    drawn = np.random.default_rng(1).integers(-128, 128, (3, *source["shape"]), "int8")
    images = []
    for image in drawn:
        interpreter.set_tensor(source["index"], image)
        interpreter.invoke()
        images.append(interpreter.get_tensor(target["index"]).copy())
    return np.concatenate(images)
