"""What an app has to know to feed a `.tflite` file: the `model_contract.json` beside it."""

import tfgan_compress
from tfgan_compress import geometry
from tfgan_compress.tflite import SIGNATURE, load_interpreter, sha256

FRONTALIZATION = "face-frontalization"
_PATCH_LANDMARKS = {
    "left_eye": ("left_eye",),
    "right_eye": ("right_eye",),
    "nose": ("nose",),
    "mouth": ("left_mouth", "right_mouth"),
}


def tensors_of(content):
    """Returns `(inputs, outputs)` of a `.tflite` file, each a list of tensor descriptions."""
    runner = load_interpreter(content).get_signature_runner(SIGNATURE)
    described = [
        [_describe(name, detail) for name, detail in sorted(details.items())]
        for details in (runner.get_input_details(), runner.get_output_details())
    ]
    return described[0], described[1]


def make_contract(content, *, name, variant, task):
    """Returns the contract of a `.tflite` file but for its `gates`.

    Args:
        content: The bytes of the file.
        name: The model's name.
        variant: Which of the variants it is.
        task: `face-frontalization` adds alignment and patches; other tasks have none.
    """
    inputs, outputs = tensors_of(content)
    contract = {"name": name, "variant": variant, "task": task}
    contract |= {"image_size": outputs[0]["shape"][1], "inputs": inputs, "outputs": outputs}
    if task == FRONTALIZATION:
        contract |= _face_geometry(contract["image_size"], [i["name"] for i in inputs])
    contract |= {"sha256": sha256(content), "bytes": len(content)}
    return contract | {"tfgan_compress_version": tfgan_compress.__version__}


def _describe(name, detail):
    scale, zero_point = detail["quantization"]
    quantized = detail["dtype"].__name__ != "float32"
    return {
        "name": name,
        "shape": [int(side) for side in detail["shape"]],
        "dtype": detail["dtype"].__name__,
        # real = scale * (stored - zero_point); null where the tensor is float.
        "scale": float(scale) if quantized else None,
        "zero_point": int(zero_point) if quantized else None,
        "value_range": [-1.0, 1.0],
        "color_order": "RGB",
        "layout": "NHWC",
    }


def _face_geometry(image_size, input_names):
    """Where the face lies in the aligned image, and the patches cut around its landmarks."""
    shapes = geometry.patch_shapes(image_size)
    scale = image_size / 128
    return {
        "patches": {
            patch: {"height": height, "width": width, "landmarks": list(_PATCH_LANDMARKS[patch])}
            for patch, (height, width) in shapes.items()
            if patch in input_names
        },
        "alignment": {
            "landmarks": list(geometry.LANDMARKS),
            "template": geometry.frontal_landmarks(image_size).tolist(),
            "eye_centre": (geometry.EYE_CENTRE_128 * scale).tolist(),
            "eye_to_mouth": geometry.EYE_TO_MOUTH_128 * scale,
            # The networks only ever see noses that point to the right of the picture.
            "mirror_negative_yaw": True,
        },
    }
