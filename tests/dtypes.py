"""Another dtype policy for a while."""

import contextlib

import keras


@contextlib.contextmanager
def dtype_policy(name):
    """Layers that are made inside have the policy `name`.

    In float64 rounding cannot hide a wrong channel; pictures are float32 all the same.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
