"""A function of named pictures as a SavedModel without variables, which LiteRT's converter reads.

TensorFlow is imported inside the function: only those who convert need it.
"""

from tfgan_compress.tflite import SIGNATURE


def save_frozen(answer, shapes, folder, *, output="image"):
    """Writes `answer` to `folder`.

    Args:
        answer: Function of a dict of tensors that returns one tensor; its variables become
            constants.
        shapes: `{input: shape}`, static: a dynamic batch puts shape arithmetic before transposed
            convolutions, which then leave XNNPACK.
        folder: Where to write.
        output: The name of what `answer` returns.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    specs = [tf.TensorSpec(shape, tf.float32, name=name) for name, shape in shapes.items()]

    @tf.function(input_signature=specs)
    def traced(*tensors):
        return answer(dict(zip(shapes, tensors, strict=True)))

    # With a thousand variables, loading the SavedModel takes most of a conversion; as constants
    # (and with no variable left that could end in the file) it takes a fifth of the time.
    frozen = convert_variables_to_constants_v2(traced.get_concrete_function())
    serve = tf.function(lambda *x: {output: frozen(*x)[0]}, input_signature=specs)
    tf.saved_model.save(tf.Module(), str(folder), signatures={SIGNATURE: serve})
