"""The one place where training depends on the backend: taking a gradient."""

import keras


def value_and_gradients(function, variables):
    """Runs `function() -> (loss, auxiliary)` and differentiates the loss.

    Returns:
        `(loss, auxiliary, gradients)`, one gradient per Keras variable; zeros where the loss does
        not depend on it.

    Raises:
        RuntimeError: On a backend other than tensorflow and torch.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _tensorflow(function, variables)
    if backend == "torch":
        return _torch(function, variables)
    raise RuntimeError(
        f"Training runs on the tensorflow and torch backends. Received: {backend!r}; set "
        "KERAS_BACKEND."
    )


def _tensorflow(function, variables):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss, auxiliary = function()
    gradients = tape.gradient(
        loss, [v.value for v in variables], unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    return loss, auxiliary, gradients


def _torch(function, variables):
    import torch

    with torch.enable_grad():
        loss, auxiliary = function()
    gradients = torch.autograd.grad(
        loss, [v.value for v in variables], allow_unused=True, materialize_grads=True
    )
    return loss, auxiliary, gradients
