"""Runs an exported generator: a `.tflite` file whose inputs are named by batch keys.

Names, types and quantization are the file's own. The `model_contract.json` beside it, where there
is one, is checked against the file, so that a wrong pair is noticed before it is used.
"""

import hashlib
from pathlib import Path

import numpy as np

from tfgan_compress import files

SAVED_MODELS = Path(__file__).resolve().parents[2] / "saved_models" / "tpgan_student"
PREFERRED = ("float16", "fp16", "int8", "dynamic", "float32")
"""Variants in the order in which `default_model` takes them; half floats cost no quality."""
CONTRACT = "model_contract.json"


class Student:
    """A generator ready to run, one picture at a time.

    Attributes:
        path: The `.tflite` file.
        image_size: Side of its input and output.
        names: Batch keys of its inputs.
    """

    def __init__(self, path, *, threads=1):
        """Opens `path`.

        Raises:
            FileNotFoundError: If it does not exist.
            ValueError: If it is no such generator, or not the one of the contract beside it.
        """
        # Slow to load, and not needed for help or errors.
        from ai_edge_litert.interpreter import Interpreter

        self.path = Path(path)
        if not self.path.is_file():
            raise FileNotFoundError(f"There is no model at {path}.")
        content = self.path.read_bytes()
        _check_contract(self.path, content)
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
            self._runner = self._interpreter.get_signature_runner()
        except (ValueError, RuntimeError) as error:
            raise ValueError(
                f"{path} must be a .tflite file with one signature. {error}"
            ) from error
        self._inputs = self._runner.get_input_details()
        self._outputs = self._runner.get_output_details()
        self.names = tuple(self._inputs)
        shape = tuple(self._inputs["input"]["shape"]) if "input" in self._inputs else ()
        if len(shape) != 4 or shape[1] != shape[2] or shape[3] != 3:
            raise ValueError(
                f"{path} must have an input named input of shape (1, S, S, 3). Received inputs: "
                f"{ {name: tuple(d['shape']) for name, d in self._inputs.items()} }."
            )
        self.image_size = int(shape[1])

    def __call__(self, inputs):
        """Returns the generated picture.

        Args:
            inputs: Dict of unbatched float arrays in [-1, 1] with the keys `names` at least.

        Returns:
            `(S, S, 3)` float32 in [-1, 1].
        """
        missing = [name for name in self.names if name not in inputs]
        if missing:
            raise ValueError(f"{self.path} needs the inputs {self.names}. Missing: {missing}.")
        values = {
            name: _quantize(inputs[name], details)[None] for name, details in self._inputs.items()
        }
        outputs = self._runner(**values)
        name = "image" if "image" in outputs else next(iter(outputs))
        return _dequantize(outputs[name], self._outputs[name])[0]


def default_model():
    """Returns the path of the shipped student.

    Raises:
        FileNotFoundError: If none is shipped with this copy.
    """
    found = sorted(SAVED_MODELS.glob("*.tflite"))
    if not found:
        raise FileNotFoundError(
            f"There is no shipped student in {SAVED_MODELS}: name a .tflite file with --model."
        )
    return min(found, key=_preference)


def _preference(path):
    ranks = [rank for rank, variant in enumerate(PREFERRED) if variant in path.stem]
    return min(ranks, default=len(PREFERRED)), path.name


def _check_contract(path, content):
    """Raises ValueError if the contract beside the file is of another file."""
    candidates = (path.with_name(f"{path.stem}.{CONTRACT}"), path.with_name(CONTRACT))
    contract = next((candidate for candidate in candidates if candidate.is_file()), None)
    if contract is None:
        return
    stated = files.read_json(contract).get("sha256")
    # One folder may hold several variants, and one contract all their sums by file name.
    stated = stated.get(path.name) if isinstance(stated, dict) else stated
    if stated is not None and stated != hashlib.sha256(content).hexdigest():
        raise ValueError(
            f"{contract} must describe {path.name}, but states another sha256: export both anew."
        )


def _quantize(array, details):
    scale, zero = details["quantization"]
    array = np.asarray(array, np.float32)
    if not np.issubdtype(details["dtype"], np.integer):
        return array.astype(details["dtype"])
    limits = np.iinfo(details["dtype"])
    return np.clip(np.rint(array / scale) + zero, limits.min, limits.max).astype(details["dtype"])


def _dequantize(array, details):
    scale, zero = details["quantization"]
    if not np.issubdtype(details["dtype"], np.integer):
        return array.astype(np.float32)
    return (array.astype(np.float32) - zero) * np.float32(scale)
