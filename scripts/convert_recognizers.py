"""Makes the recognizers' shipped weights out of the npm packages that publish them.

    python scripts/convert_recognizers.py           # download, convert, write, verify
    python scripts/convert_recognizers.py --check   # download, verify what is shipped

Needs `npm` and `node` (20). The converted Keras models have to give the embeddings that
TensorFlow.js, as bundled in the packages, gives for the same picture; these also become the
fixture of the tests.
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from tfgan_compress.files import atomic_path, write_json
from tfgan_compress.recognizers import faceres, resnet29
from tfgan_compress.recognizers.storage import FOLDER

PACKAGES = {"face-api": "@vladmandic/face-api@1.7.15", "human": "@vladmandic/human@3.3.6"}
FIXTURE = Path(__file__).parents[1] / "tests/recognizers/reference_embeddings.json"
TOLERANCE = 2e-4  # relative; float32 sums in another order


def main():
    """Converts, then verifies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="verify only, write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        for name, version in PACKAGES.items():
            download(name, version, packages)
        if not check:
            save("resnet29", convert_resnet29(packages / "face-api/model"))
            save("faceres", convert_faceres(packages / "human/models"))
        embeddings = reference_embeddings(packages)
    verify(embeddings)
    if not check:
        write_json(FIXTURE, {name: np.round(e, 5) for name, e in embeddings.items()})
    return 0


def download(name, version, folder):
    """Unpacks an npm package into `folder / name`."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", version], cwd=folder, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    (folder / "package").rename(folder / name)


def read_manifest(specs, blob):
    """Yields `(name, stored array, scale, offset)` of each weight in a TensorFlow.js file."""
    position = 0
    for spec in specs:
        quantization = spec.get("quantization", {})
        dtype = np.dtype(quantization.get("dtype", spec["dtype"]))
        count = int(np.prod(spec["shape"]))
        array = np.frombuffer(blob, dtype, count, position).reshape(spec["shape"])
        position += array.nbytes
        yield spec["name"], array, quantization.get("scale", 1.0), quantization.get("min", 0.0)


def convert_resnet29(folder):
    """Returns the arrays of `resnet29.npz`: the kernels stay uint8, the scale layers fold in."""
    manifest = json.loads((folder / "face_recognition_model-weights_manifest.json").read_text())
    blob = (folder / "face_recognition_model.bin").read_bytes()
    stored = {name: rest for name, *rest in read_manifest(manifest[0]["weights"], blob)}

    def value(name):
        array, scale, offset = stored[name]
        return array.astype(np.float64) * scale + offset

    arrays = {}
    for name in stored:
        if not name.endswith("conv/filters"):
            continue
        path = name.removesuffix("/conv/filters")
        kernel, scale, offset = stored[name]
        gain = value(f"{path}/scale/weights")
        bias = value(f"{path}/conv/bias") * gain + value(f"{path}/scale/biases")
        add_layer(arrays, path.replace("/", "_"), kernel, scale * gain, offset * gain, bias)
    kernel, scale, offset = stored["fc"]
    ones = np.ones(kernel.shape[-1])
    add_layer(arrays, "fc", kernel, scale * ones, offset * ones)
    return arrays


def convert_faceres(folder):
    """Returns the arrays of `faceres.npz`: kernels in float16; the first one takes RGB, not BGR."""
    graph = json.loads((folder / "faceres.json").read_text())
    blob = (folder / "faceres.bin").read_bytes()
    specs = graph["weightsManifest"][0]["weights"]
    stored = {name: array for name, array, *_ in read_manifest(specs, blob)}
    blocks = range(1, len(faceres.BLOCKS) + 1)
    arrays = {}
    for layer in ("conv1", *(f"conv_{kind}_{block}" for block in blocks for kind in ("dw", "pw"))):
        bias = stored[f"{layer}_bn/batchnorm_1/sub"]
        if "dw" in layer:
            gain = stored[f"{layer}_bn/batchnorm_1/mul"]
            kernel = stored[f"{layer}/depthwise_kernel"]
        else:  # batch norm's gain is already merged into it
            kernel = stored[f"{layer}/convolution/merged_input"]
            gain = np.ones(kernel.shape[-1])
        if layer == "conv1":
            kernel = kernel[:, :, ::-1]
        add_layer(arrays, layer, kernel, gain, bias=bias)
    return arrays


def add_layer(arrays, layer, kernel, scale, offset=None, bias=None):
    """Adds one layer to `arrays`, in the format of `recognizers.storage`."""
    arrays[f"{layer}.kernel"] = kernel
    parts = {"scale": scale, "offset": offset, "bias": bias}
    for part, array in parts.items():
        if array is not None:
            arrays[f"{layer}.{part}"] = np.asarray(array, np.float32)


def save(name, arrays):
    """Writes one `.npz` beside the package's modules."""
    with atomic_path(FOLDER / f"{name}.npz") as path:
        np.savez_compressed(path, **arrays)
    print(f"wrote {FOLDER / name}.npz, {(FOLDER / f'{name}.npz').stat().st_size / 1e6:.2f} MB")


def test_chip(size):
    """Returns a smooth, coloured `(size, size, 3)` picture in [-1, 1] that any code can make."""
    y, x = np.mgrid[0:size, 0:size] / size
    waves = [np.sin(9 * x + 3 * y), np.cos(7 * y - 2 * x), np.sin(5 * x * y + 1)]
    return (0.8 * np.stack(waves, -1)).astype(np.float32)


def reference_embeddings(packages):
    """Returns `{recognizer: embedding}` of `test_chip`, as TensorFlow.js computes them."""
    bgr_mean = np.array(faceres.COLOUR_MEAN[::-1])
    rgb_mean = np.array(resnet29.COLOUR_MEAN)
    pixels = {
        # face-api divides by 255 where dlib, and we, divide by 256.
        "resnet29": ((test_chip(150) + 1) * 127.5 - rgb_mean) * 255 / 256 + rgb_mean,
        "faceres": (test_chip(224)[:, :, ::-1] + 1) * 127.5 - bgr_mean,
    }
    chips, result = packages / "chips.json", packages / "embeddings.json"
    write_json(chips, {name: chip.ravel() for name, chip in pixels.items()})
    program = Path(__file__).with_name("recognizer_reference.mjs")
    # The bundles print hundreds of harmless lines about kernels registered twice.
    subprocess.run(["node", program, packages, chips, result], check=True, capture_output=True)
    return {name: np.array(values) for name, values in json.loads(result.read_text()).items()}


def verify(embeddings):
    """Stops unless the Keras models give the reference embeddings."""
    for name, module in {"resnet29": resnet29, "faceres": faceres}.items():
        network = module.build()
        ours = np.asarray(network(test_chip(module.FRAMING.chip_size)[None]))[0]
        error = np.linalg.norm(ours - embeddings[name]) / np.linalg.norm(embeddings[name])
        print(f"{name}: relative difference to TensorFlow.js {error:.1e}")
        if error > TOLERANCE:
            raise SystemExit(f"{name} differs from the published model by more than {TOLERANCE}.")


if __name__ == "__main__":
    sys.exit(main())
