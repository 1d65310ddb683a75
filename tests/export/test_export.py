import json

import keras
import numpy as np
import pytest

from tests.export.models import images_for
from tfgan_compress.export import VARIANTS, export
from tfgan_compress.export.conversion import ConversionError
from tfgan_compress.export.gates import NotDelegatedError, NotFiniteError, QualityError
from tfgan_compress.schema import parse
from tfgan_compress.tflite import TFLiteModel


def test_every_variant_passes_its_gates(exported):
    assert set(exported) == set(VARIANTS)
    assert all(file.passed for file in exported.values())


def test_no_operator_is_left_to_the_slow_kernels(exported):
    left = [f.contract["gates"]["delegated"]["undelegated"] for f in exported.values()]
    assert left == [{}] * len(VARIANTS)


# Outliers are clipped in int8, so single pixels may be further off than rounding puts them.
@pytest.mark.parametrize(("variant", "tolerance"), [("float32", 1e-5), ("int8", 0.2)])
def test_file_answers_like_keras_on_new_images(tiny_model, exported, variant, tolerance):
    batch = images_for(tiny_model, 3, seed=1)
    expected = keras.ops.convert_to_numpy(tiny_model(batch)["image"])
    images = TFLiteModel.load(exported[variant].path)(batch)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, expected, atol=tolerance)


@pytest.mark.parametrize("variant", VARIANTS)
def test_tensors_between_the_ends_have_no_names(exported, variant):
    content = exported[variant].path.read_bytes()
    graph = parse(content).subgraphs[0]
    named = {index for index, tensor in enumerate(graph.tensors) if tensor.name}
    assert named == {*graph.inputs, *graph.outputs}


def test_only_the_image_is_exported(exported):
    assert [o["name"] for o in exported["float32"].contract["outputs"]] == ["image"]


def test_int8_inputs_and_outputs_are_integers_with_their_scales(exported):
    tensors = exported["int8"].contract["inputs"] + exported["int8"].contract["outputs"]
    assert {t["dtype"] for t in tensors} == {"int8"}
    assert all(0 < t["scale"] < 0.01 and -128 <= t["zero_point"] <= 127 for t in tensors)


def test_contract_on_disk_tells_how_to_feed_the_file(exported):
    file = exported["float16"]
    contract = json.loads((file.path.parent / "model_contract.json").read_text())
    assert contract == json.loads(json.dumps(file.contract))
    assert {i["name"]: i["shape"] for i in contract["inputs"]} == {
        "input": [1, 16, 16, 3],
        "left_eye": [1, 16, 16, 3],
        "nose": [1, 8, 16, 3],
    }
    assert contract["bytes"] == file.path.stat().st_size
    assert contract["image_size"] == 16
    assert set(contract["patches"]) == {"left_eye", "nose"}
    assert contract["alignment"]["landmarks"][0] == "left_eye"
    assert len(contract["alignment"]["template"]) == 5


def test_other_tasks_have_no_face_geometry(tiny_model, tmp_path):
    exported = export(
        tiny_model,
        tmp_path,
        name="tiny",
        variants=["float32"],
        calibration=[images_for(tiny_model, 1)],
        task="image-translation",
        contract_extra={"licence": "Apache-2.0"},
    )
    contract = exported["float32"].contract
    assert "patches" not in contract and "alignment" not in contract
    assert contract["licence"] == "Apache-2.0"


def _one_input(build):
    view = keras.Input((8, 8, 3), name="input")
    convolved = keras.layers.Conv2D(3, 3, padding="same")(view)
    image = keras.layers.Conv2D(3, 3, padding="same")(build(convolved))
    return keras.Model(view, {"image": image})


def test_operator_outside_xnnpack_is_named(tmp_path):
    model = _one_input(lambda x: keras.ops.flip(x, 2))
    with pytest.raises(NotDelegatedError, match=r"float32: .*REVERSE_V2"):
        export(model, tmp_path, name="flip", variants=["float32"], calibration=[images_for(model)])
    assert not (tmp_path / "float32").exists()


def test_operator_that_litert_lacks_is_named(tmp_path):
    model = _one_input(keras.ops.erfinv)
    with pytest.raises(ConversionError, match=r"float32: .*Erfinv"):
        export(model, tmp_path, name="flex", variants=["float32"], calibration=[images_for(model)])


def test_failure_is_recorded_where_gates_are_not_enforced(tmp_path):
    model = _one_input(lambda x: keras.ops.flip(x, 2))
    file = export(
        model,
        tmp_path,
        name="flip",
        variants=["float32"],
        calibration=[images_for(model)],
        enforce=False,
    )["float32"]
    assert not file.passed and file.path.is_file()
    assert file.contract["gates"]["delegated"]["undelegated"] == {"REVERSE_V2": 1}
    assert file.contract["gates"]["quality"]["passed"]


def test_int8_of_a_layer_without_twin_gets_the_ranges_of_the_converter(tmp_path):
    model = _one_input(lambda x: keras.layers.Multiply()([x, x]))
    files = export(model, tmp_path, name="s", variants=["int8"], calibration=[images_for(model)])
    assert files["int8"].passed


def test_nan_weights_are_refused(tmp_path):
    model = _one_input(lambda x: x)
    model.layers[1].bias.assign([float("nan")] * 3)
    with pytest.raises(NotFiniteError, match="4 of 4 images"):
        export(model, tmp_path, name="nan", variants=["float32"], calibration=[images_for(model)])


def test_quality_below_the_floor_is_refused(tiny_model, tmp_path):
    with pytest.raises(QualityError, match="at least 99 dB"):
        export(
            tiny_model,
            tmp_path,
            name="tiny",
            variants=["int8"],
            calibration=[images_for(tiny_model)],
            floors={"int8": 99.0},
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variants": ["int4"]}, "variants must be some of"),
        ({"variants": []}, "variants must be some of"),
        ({"calibration": []}, "at least one image"),
        ({"calibration": [{"input": np.zeros((1, 16, 16, 3))}]}, "Missing: .*left_eye"),
    ],
)
def test_wrong_arguments_are_explained(tiny_model, tmp_path, change, message):
    arguments = {"calibration": [images_for(tiny_model)], "variants": ["float32"], **change}
    with pytest.raises(ValueError, match=message):
        export(tiny_model, tmp_path, name="tiny", **arguments)


def test_mixed_precision_models_are_refused(tmp_path):
    view = keras.Input((8, 8, 3), name="input")
    image = keras.layers.Conv2D(3, 3, dtype="mixed_bfloat16")(view)
    model = keras.Model(view, {"image": image})
    with pytest.raises(ValueError, match="must compute in float32"):
        export(model, tmp_path, name="half", calibration=[images_for(model)])
