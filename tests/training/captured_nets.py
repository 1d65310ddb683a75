"""A step as `training.capture` takes it, on torch; no device is needed to see what it asks for."""

import contextlib

import keras

from tests.training import nets
from tfgan_compress.training.capture import host_free, taken_back


def asked(trainer, batch):
    """Takes a step; returns the operators in it that copy from the host or wait for the device."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            names.add(str(function))
            return function(*args, **(kwargs or {}))

    names = set()
    trainer.reset_metrics()
    with Watch():
        trainer.train_step((batch,))
    return sorted(n for n in names if "lift_fresh" in n or "_local_scalar" in n)


def facts(folder):
    """What a second step asks the host for and what it loses, as it is and free of the host."""
    batch = {name: keras.ops.convert_to_tensor(value) for name, value in nets.batch().items()}
    found = {}
    for name, context in {"plain": contextlib.nullcontext, "free": host_free}.items():
        trainer = nets.trainer()
        with context() as constants:
            asked(trainer, batch)
            found[name] = {"asked": asked(trainer, batch), "constants": len(constants or ())}
        found[name]["losses"] = [float(m.result()) for m in trainer.metrics]
    return found | {"kept": kept(batch)}


def kept(batch):
    """How far a step moves the state of a trainer and its optimizers, and when it is taken back."""
    trainer = nets.trainer()
    trainer.train_step((batch,))
    before, moved = nets.state(trainer), []
    for context in (taken_back(trainer), contextlib.nullcontext()):
        with context:
            trainer.train_step((batch,))
        after = nets.state(trainer)
        moved.append(max(float(abs(after[n] - before[n]).max()) for n in before))
    return moved
