"""A training step as one CUDA graph, on Keras's torch backend.

Layer by layer, Keras takes 0.4 s of Python for a step of TP-GAN on torch, whatever the batch; an
H200 computes 64 pictures of it in 0.07 s. A CUDA graph holds the kernels of one step and replays
them without Python (Ng et al. 2021, "Accelerating PyTorch with CUDA Graphs"). It is fed through
tensors that stay where they are, and nothing in it may wait for the host: `host_free` sees to that.
Left out: batches of several sizes, and TensorFlow, whose steps are graphs anyway.
"""

import contextlib

import keras
import numpy as np

from tfgan_compress.training.base import unpack

WARM_UP = 3
"""Steps before the capture, in which libraries choose their kernels; they are taken back."""


def check_capture():
    """Makes sure that steps can be captured here.

    Raises:
        ValueError: If the backend is not torch, or torch finds no CUDA device.
    """
    found = keras.backend.backend()
    if found == "torch":
        import torch

        found = "torch with CUDA" if torch.cuda.is_available() else "torch without CUDA"
    if found != "torch with CUDA":
        raise ValueError(
            "A captured step needs Keras's torch backend (KERAS_BACKEND=torch) and a CUDA device; "
            f"leave `captured` out elsewhere. Received: {found}."
        )


class CapturedStep:
    """Takes the place of a trainer's `train_function`; the first call captures the graph.

    Args:
        trainer: A compiled trainer whose `train_step` is the same for every batch.
    """

    def __init__(self, trainer):
        self.trainer, self._graph = trainer, None

    def __call__(self, data):
        """Trains on `data`, `[(batch,)]` with tensors or arrays; returns the logs."""
        import torch

        batch = {name: torch.as_tensor(value) for name, value in unpack(data[0]).items()}
        if self._graph is None:
            self._capture(batch)
        for name, held in self._batch.items():
            if held.shape != batch[name].shape:
                raise ValueError(
                    "A captured step takes batches of one size; leave `captured` out for others. "
                    f"Received: {name} of shape {tuple(batch[name].shape)}, captured with "
                    f"{tuple(held.shape)}."
                )
            held.copy_(batch[name])
        self._graph.replay()
        return self._logs

    def _capture(self, batch):
        import torch

        self._batch = {name: value.to("cuda", copy=True) for name, value in batch.items()}
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        # The graph reads the constants where they lie, so they have to outlive the capture.
        with host_free() as self._constants:
            with torch.cuda.stream(side), taken_back(self.trainer):
                for _ in range(WARM_UP):
                    self.trainer.train_step((self._batch,))
            torch.cuda.current_stream().wait_stream(side)
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._logs = self.trainer.train_step((self._batch,))


@contextlib.contextmanager
def host_free():
    """Has Keras take a step on torch without reading or writing memory of the host.

    Constants are copied to the device once; the context is the dict that holds them. Random numbers
    are those of torch's own generator, which a graph moves on; Keras would read its seed. Pictures
    keep the layout that they have in memory, which Keras copies to another one and back for each
    convolution.

    No variable may be made meanwhile: it would share the memory of a constant.
    """
    import torch
    from keras.src.backend.torch import nn, random

    constants, plain = {}, torch.as_tensor

    def as_tensor(value, dtype=None, device=None):
        key = _key(value)
        if key is None:
            return plain(value, dtype=dtype, device=device)
        key = (key, dtype, str(device))
        if key not in constants:
            constants[key] = plain(value, dtype=dtype, device=device).clone()
        return constants[key]

    def channels_first(inputs):
        return inputs.permute(0, inputs.ndim - 1, *range(1, inputs.ndim - 1))

    with (
        _replaced(torch, "as_tensor", as_tensor),
        _replaced(random, "torch_seed_generator", lambda seed: _generator()),
        _replaced(nn, "_transpose_spatial_inputs", channels_first),
    ):
        yield constants


@contextlib.contextmanager
def taken_back(trainer):
    """Gives all variables of `trainer` and its optimizers the values back that they have now."""
    optimizers = [o for o in vars(trainer).values() if isinstance(o, keras.optimizers.Optimizer)]
    # One and the same optimizer may be known by several names.
    owners = {id(owner): owner for owner in (trainer, *optimizers)}.values()
    variables = [variable for owner in owners for variable in owner.variables]
    values = [variable.value.detach().clone() for variable in variables]
    yield
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _key(value):
    """What tells a constant of Python or NumPy from another one; None of a tensor."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, (bool, int, float)):
        return type(value), value
    if isinstance(value, (list, tuple)) and all(_key(part) is not None for part in value):
        return type(value), tuple(_key(part) for part in value)
    return None


def _generator():
    import torch

    if not torch.cuda.is_available():
        return torch.default_generator
    torch.cuda.init()
    return torch.cuda.default_generators[torch.cuda.current_device()]


@contextlib.contextmanager
def _replaced(module, name, value):
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)
