"""The one place where training depends on the backend: taking gradients, or none."""

import keras


def value_and_gradients(function, variables):
    """Runs `function() -> (loss, auxiliary)` and differentiates the loss.

    Returns:
        `(loss, auxiliary, gradients)`, one gradient per Keras variable; zeros where the loss does
        not depend on it.

    Raises:
        RuntimeError: On a backend other than tensorflow and torch.
    """
    if _backend() == "tensorflow":
        return _tensorflow(function, variables)
    return _torch(function, variables)


def input_gradients(function, inputs):
    """Differentiates the sum of `function(inputs)` by the tensor `inputs`.

    What comes out has the shape of `inputs` and can be differentiated again by the weights inside
    `value_and_gradients`: a gradient penalty.

    Raises:
        RuntimeError: On a backend other than tensorflow and torch.
    """
    if _backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = function(inputs)
        return tape.gradient(outputs, inputs)
    import torch

    with torch.enable_grad():
        inputs = inputs.detach().requires_grad_()
        return torch.autograd.grad(function(inputs).sum(), inputs, create_graph=True)[0]


def without_gradients(function):
    """Returns `function()`, nothing of which will be differentiated.

    On torch this spares the memory of a graph; elsewhere nothing is recorded outside
    `value_and_gradients` anyway.
    """
    if keras.backend.backend() != "torch":
        return function()
    import torch

    with torch.no_grad():
        return function()


def _backend():
    backend = keras.backend.backend()
    if backend not in ("tensorflow", "torch"):
        raise RuntimeError(
            f"Training runs on the tensorflow and torch backends. Received: {backend!r}; set "
            "KERAS_BACKEND."
        )
    return backend


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
