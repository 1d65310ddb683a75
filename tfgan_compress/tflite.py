"""Runs an exported `.tflite` file by its contract: floats in, floats out.

The contract, `model_contract.json` beside the file, says what every byte means (shapes, dtypes,
scales, zero points, sha256); `tfgan_compress.export` writes it, and it tells an app how to
feed the model. Runs on the CPU through XNNPACK. Alignment and patches are the business of the
caller.
"""

import hashlib
from pathlib import Path

import numpy as np

from tfgan_compress.files import read_json

CONTRACT = "model_contract.json"
SIGNATURE = "serve"


class TFLiteModel:
    """A `.tflite` file as a function of a batch: `TFLiteModel.load("int8/model.tflite")(batch)`.

    Args:
        content: The bytes of the file.
        contract: Its contract, a dict.
        threads: CPU threads.

    Attributes:
        contract: The contract.
        input_names: The batch keys that the model reads.
    """

    def __init__(self, content, contract, *, threads=1):
        self.contract = contract
        self.input_names = tuple(tensor["name"] for tensor in contract["inputs"])
        self._run = load_interpreter(content, threads=threads).get_signature_runner(SIGNATURE)

    @classmethod
    def load(cls, path, *, threads=1):
        """Returns the model in `path`, whose contract lies in the same folder.

        Raises:
            FileNotFoundError: If the file or its contract is missing.
            ValueError: If the file is not the one that the contract was written for.
        """
        contract = read_contract(path)
        return cls(Path(path).read_bytes(), contract, threads=threads)

    def __call__(self, batch):
        """Returns the images of a batch, one run each.

        Args:
            batch: Dict of float arrays `(B, H, W, 3)` in the contract's value range, [-1, 1];
                keys that the model does not read are ignored.

        Returns:
            Float32 `(B, H, W, 3)` in the same range.
        """
        arrays = self._checked(batch)
        output = self.contract["outputs"][0]
        images = [
            self._run(**{name: array[i : i + 1] for name, array in arrays.items()})[output["name"]]
            for i in range(len(arrays[self.input_names[0]]))
        ]
        return dequantize(np.concatenate(images), output)

    def _checked(self, batch):
        missing = [name for name in self.input_names if name not in batch]
        if missing:
            raise ValueError(
                f"The model reads the batch keys {list(self.input_names)}. Missing: {missing}."
            )
        arrays = {}
        for tensor in self.contract["inputs"]:
            array = np.asarray(batch[tensor["name"]])
            if array.ndim != 4 or list(array.shape[1:]) != tensor["shape"][1:]:
                raise ValueError(
                    f"batch['{tensor['name']}'] must have the shape (B, *{tensor['shape'][1:]}). "
                    f"Received: {array.shape}."
                )
            arrays[tensor["name"]] = quantize(array, tensor)
        sizes = {name: len(array) for name, array in arrays.items()}
        if not all(sizes.values()) or len(set(sizes.values())) > 1:
            raise ValueError(
                f"All inputs must hold the same number of images, at least one. Received: {sizes}."
            )
        return arrays


def read_contract(path):
    """Returns the contract of a `.tflite` file once the file is known to match it."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There must be a .tflite file at {path}; export one first.")
    beside = path.parent / CONTRACT
    if not beside.is_file():
        raise FileNotFoundError(
            f"{path} needs its {CONTRACT} in the same folder; `tfgan-compress export` writes both."
        )
    contract = read_json(beside)
    found = sha256(path.read_bytes())
    if contract.get("sha256") != found:
        raise ValueError(
            f"{path} must be the file that {beside.name} was written for: export it again. "
            f"Its sha256 is {found}; the contract says {contract.get('sha256')}."
        )
    return contract


def sha256(content):
    """Returns the hexadecimal SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def load_interpreter(content, *, threads=1):
    """Returns a LiteRT interpreter over the bytes of a `.tflite` file, its tensors allocated."""
    # Imported late: most who import this module only want a contract.
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    return interpreter


def undelegated(details):
    """Returns the names of the operators that no delegate runs.

    Args:
        details: `Interpreter._get_ops_details()`, which lists the original operators and the
            delegate's own nodes. What a node covers is found by walking from its outputs back to
            its inputs.
    """
    operators = [d for d in details if d["op_name"] != "DELEGATE"]
    makers = {int(tensor): d for d in operators for tensor in d["outputs"]}
    covered = set()
    for node in (d for d in details if d["op_name"] == "DELEGATE"):
        ends, open_tensors = set(map(int, node["inputs"])), list(map(int, node["outputs"]))
        while open_tensors:
            tensor = open_tensors.pop()
            maker = makers.get(tensor)
            if tensor in ends or maker is None or maker["index"] in covered:
                continue
            covered.add(maker["index"])
            open_tensors.extend(map(int, maker["inputs"]))
    return [d["op_name"] for d in operators if d["index"] not in covered]


def quantize(values, tensor):
    """Takes floats to the dtype of a contract's `tensor`; ties round to even, as in C's rint."""
    dtype = np.dtype(tensor["dtype"])
    if tensor["scale"] is None:
        return np.ascontiguousarray(values, dtype)
    steps = np.rint(np.asarray(values, np.float32) / np.float32(tensor["scale"]))
    limits = np.iinfo(dtype)
    return np.clip(steps + tensor["zero_point"], limits.min, limits.max).astype(dtype)


def dequantize(values, tensor):
    """Takes values of a contract's `tensor` to float32."""
    if tensor["scale"] is None:
        return np.asarray(values, np.float32)
    steps = values.astype(np.float32) - np.float32(tensor["zero_point"])
    return steps * np.float32(tensor["scale"])
