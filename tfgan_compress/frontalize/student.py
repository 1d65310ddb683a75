"""The student that frontalizes: a `.tflite` file of the user's, or the one that is shipped."""

from pathlib import Path

from tfgan_compress import tflite
from tfgan_compress.shipped import SHIPPED

STUDENTS = ("tpgan_student", "pim_student", "demo_student")
"""Shipped students, the better one first."""
PREFERRED = ("float16", "int8", "dynamic", "float32")
"""Folders of variants in the order in which they are taken: half floats cost no quality."""
FILE = "model.tflite"


def load_student(path=None):
    """Returns the `tflite.TFLiteModel` in `path`; None takes the shipped one.

    Raises:
        FileNotFoundError: If the file or its contract is missing.
        ValueError: If it is no frontalizer, or not the file of its contract.
    """
    path = default_model() if path is None else Path(path)
    contract = read_student(path)
    try:
        return tflite.TFLiteModel(path.read_bytes(), contract)
    except RuntimeError as error:
        raise ValueError(f"{path} must be a .tflite file that LiteRT can run. {error}") from error


def read_student(path):
    """Returns the contract of the student in `path`; raises as `load_student`."""
    contract = tflite.read_contract(path)
    inputs = [tensor["name"] for tensor in contract["inputs"]]
    if "input" not in inputs or "alignment" not in contract:
        raise ValueError(
            f"{path} must be exported for the task face-frontalization, with an input named "
            f"input. Received: task {contract.get('task')}, inputs {inputs}."
        )
    return contract


def default_model():
    """Returns the path of the shipped student.

    Raises:
        FileNotFoundError: If none is shipped with this copy.
    """
    return shipped_students()[0]


def shipped_students():
    """Returns the paths of all variants of the shipped students, the default first.

    Raises:
        FileNotFoundError: If none is shipped with this copy.
    """
    folders = [folder / student for student in STUDENTS for folder in SHIPPED]
    found = [path for folder in folders for path in variants_in(folder)]
    if not found:
        raise FileNotFoundError(
            f"There is no shipped student in {SHIPPED[-1]}: name a .tflite file with --model."
        )
    return found


def variants_in(folder):
    """Returns the paths of a student's variants in `folder`, in the order of `PREFERRED`."""
    paths = [Path(folder) / variant / FILE for variant in PREFERRED]
    return [path for path in paths if path.is_file()]
