"""The two networks that find faces in photographs, and how to run them.

`face_detection_short_range.tflite` and `face_mesh.tflite` are Google's MediaPipe models
(Apache-2.0), unchanged; see NOTICE.md beside them.
"""

from importlib import resources

from tfgan_compress import tflite


def load(name):
    """Returns a function that runs the model `name` of this folder on one thread.

    It takes the input array and returns `{output name: array}`.
    """
    content = resources.files(__name__).joinpath(name).read_bytes()
    interpreter = tflite.load_interpreter(content)
    (source,) = interpreter.get_input_details()
    outputs = interpreter.get_output_details()

    def run(array):
        interpreter.set_tensor(source["index"], array)
        interpreter.invoke()
        return {output["name"]: interpreter.get_tensor(output["index"]) for output in outputs}

    return run
