"""The student that frontalizes: a `.tflite` file of the user's, or the one that is shipped."""

from pathlib import Path

from tfgan_compress import tflite
from tfgan_compress.shipped import SHIPPED

STUDENTS = ("tpgan_student", "demo_student")
"""Shipped students, the better one first."""
PREFERRED = ("float16", "int8", "dynamic", "float32")
"""Folders of variants in the order in which they are taken: half floats cost no quality."""


def load_student(path=None):
    """Returns the `tflite.TFLiteModel` in `path`; None takes the shipped one.

    Raises:
        FileNotFoundError: If the file or its contract is missing.
        ValueError: If it is no frontalizer, or not the file of its contract.
    """
    path = default_model() if path is None else Path(path)
    try:
        student = tflite.TFLiteModel.load(path)
    except RuntimeError as error:
        raise ValueError(f"{path} must be a .tflite file that LiteRT can run. {error}") from error
    if "input" not in student.input_names or "alignment" not in student.contract:
        raise ValueError(
            f"{path} must be exported for the task face-frontalization, with an input named "
            f"input. Received: task {student.contract.get('task')}, inputs {student.input_names}."
        )
    return student


def default_model():
    """Returns the path of the shipped student.

    Raises:
        FileNotFoundError: If none is shipped with this copy.
    """
    folders = [folder / student for student in STUDENTS for folder in SHIPPED]
    paths = [folder / variant / "model.tflite" for folder in folders for variant in PREFERRED]
    found = [path for path in paths if path.is_file()]
    if not found:
        raise FileNotFoundError(
            f"There is no shipped student in {SHIPPED[-1]}: name a .tflite file with --model."
        )
    return found[0]
