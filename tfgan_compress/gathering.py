"""A generator's weights in another generator of its class: other channels, another structure.

Supernets, students and `elastic.restructured` are one gather of weights by ordered index lists;
`spread` is its inverse.
"""

import keras
import numpy as np

from tfgan_compress import axes, graph
from tfgan_compress.layers import ChannelGate

_SHARED = "_shared"


def gather(model, chosen, *, elastic=False, structure=None, calls=None):
    """Returns a generator of `model`'s class with the chosen channels, in their given order.

    Args:
        model: A generator.
        chosen: `{group: channel indices}` for every group.
        elastic: Whether the result has gates.
        structure: Changed settings of the generator, as in `restructured`.
        calls: `graph.grouped_calls(model)`, to spare building them again.
    """
    _check(model, chosen)
    config = model.get_config()
    config |= {"channels": {g: len(chosen[g]) for g in model.channels}, "elastic": elastic}
    target = type(model).from_config(config | _known(structure or {}, config))
    ends = {}
    for call in calls or graph.grouped_calls(model):
        ends.setdefault(call.layer.name, []).append((call.inputs[0], call.output))
    values = {
        layer.name: _gathered(layer, ends[layer.name], chosen, model.channels)
        for layer in weighted(model)
    }
    values = _refactored(values, target)
    sides = {layer.name: layer.kernel_size[0] for layer in target.layers if _has_kernel(layer)}
    for layer in weighted(target):
        fitted = _fitted(layer.name, values, sides)
        for variable, value in zip(layer.weights, fitted, strict=True):
            variable.assign(value)
    return target


def spread(model, channels):
    """Returns a generator of `model`'s class that is wider, and paints the same.

    Its leading channels are the model's and do not listen to the others, which are new.

    Args:
        model: A generator without gates.
        channels: `{group: width}` of the result, none below the model's.
    """
    target = type(model).from_config(model.get_config() | {"channels": channels})
    kept = {group: np.arange(width) for group, width in model.channels.items()}
    ends = {call.layer.name: (call.inputs[0], call.output) for call in graph.grouped_calls(model)}
    for layer, trained in zip(weighted(target), weighted(model), strict=True):
        into, out = (axes.indices(axis, kept, channels) for axis in ends[layer.name])
        for variable, value in zip(layer.weights, trained.weights, strict=True):
            variable.assign(_put(layer, variable, value, into, out))
    return target


def weighted(model):
    """Returns the layers of `model` that have weights, gates left out."""
    return [x for x in model.layers if x.weights and not isinstance(x, ChannelGate)]


def _has_kernel(layer):
    return isinstance(layer, (*graph.CONVOLUTIONS, keras.layers.DepthwiseConv2D))


def _known(structure, config):
    """Returns `structure`, if all of it is among the settings `config` of a generator."""
    unknown = sorted(set(structure) - set(config))
    if unknown:
        raise ValueError(f"The structure must be settings of the generator. Received: {unknown}.")
    return structure


def _gathered(layer, calls, chosen, channels):
    """Returns the weights of `layer`, of the chosen channels alone."""
    if any(call != calls[0] for call in calls):
        raise ValueError(
            f"Layer '{layer.name}' shares weights between calls, so the calls must have the same "
            f"channels. Received: {calls}."
        )
    into, out = (axes.indices(axis, chosen, channels) for axis in calls[0])
    return [_take(layer, w, into, out) for w in layer.weights]


def _fitted(name, values, sides):
    """Returns the weights of the layer `name` in another structure.

    Args:
        name: The layer's.
        values: `{layer name: weights}` in the structure from which they come.
        sides: `{layer name: side of its kernel}` in the new one.
    """
    whole = name.removesuffix("_depthwise")
    part = f"{whole}_depthwise"
    if (part in values) == (part in sides):
        first, *rest = values[name]
        return [_middle(first, sides[name]) if name in sides else first, *rest]
    first, *rest = values[whole]
    if part in values:
        return [_middle(values[part][0] * first, sides[name]), *rest]
    depthwise, pointwise = _factorize(_middle(first, sides[part]))
    return [depthwise] if name == part else [pointwise, *rest]


def _refactored(values, target):
    """Returns `values` with the products of dense layers that `target` has.

    The dense layers `fc_a` and `fc_b`, say, may have a first factor in common, `fc_shared`.
    """
    made = dict(values)
    ranks = {x.name: x.units for x in target.layers if x.name.endswith(_SHARED)}
    for shared in sorted({name for name in (*values, *ranks) if name.endswith(_SHARED)}):
        if shared in values and ranks.get(shared) == values[shared][0].shape[1]:
            continue
        stem = shared.removesuffix(_SHARED)
        names = [n for n in values if n.startswith(f"{stem}_") and n != shared]
        kernels = [values[name][0] for name in names]
        if shared in values:
            first = made.pop(shared)[0]
            kernels = [first @ kernel for kernel in kernels]
        if shared in ranks:
            first, kernels = _low_rank(kernels, ranks[shared])
            made[shared] = [first]
        made |= {n: [k, *values[n][1:]] for n, k in zip(names, kernels, strict=True)}
    return made


def _low_rank(kernels, rank):
    """Splits `(in, out)` kernels: the factor `(in, rank)` they share, and `(rank, out)` of each.

    Of all products of that rank, theirs are nearest to the kernels (Eckart and Young 1936).
    """
    whole = np.concatenate(kernels, axis=1)
    if rank > min(whole.shape):
        raise ValueError(
            f"code_rank must be at most {min(whole.shape)}, that of the matrix. Received: {rank}."
        )
    left, sizes, right = np.linalg.svd(whole, full_matrices=False)
    scale = np.sqrt(sizes[:rank])
    ends = np.cumsum([kernel.shape[1] for kernel in kernels])[:-1]
    return left[:, :rank] * scale, np.split(scale[:, None] * right[:rank], ends, axis=1)


def _middle(kernel, side):
    margin = (len(kernel) - side) // 2
    return kernel[margin : margin + side, margin : margin + side]


def _take(layer, variable, into, out):
    """Returns the chosen channels of one weight of `layer`."""
    value = np.asarray(variable)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return value[:, :, into] if value.ndim == 4 else value[into]
    if isinstance(layer, graph.PRODUCERS) and value.ndim > 1:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            into, out = out, into
        return value[..., into, :][..., out]
    return value[..., out]


def _put(layer, variable, trained, into, out):
    """Returns one weight of `layer`, the new one, with the `trained` one at its place."""
    value, trained = np.asarray(variable).copy(), np.asarray(trained)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        value[(slice(None), slice(None), into) if value.ndim == 4 else into] = trained
    elif isinstance(layer, graph.PRODUCERS) and value.ndim > 1:
        if isinstance(layer, keras.layers.Conv2DTranspose):
            # Its last axis is what comes in.
            value[..., out, :] = 0
            value[..., out[:, None], into] = trained
        else:
            value[..., out] = 0
            value[..., into[:, None], out] = trained
    else:
        value[..., out] = trained
    return value


def _factorize(kernel):
    """Splits `(k, k, in, out)` into depthwise `(k, k, in, 1)` and pointwise `(1, 1, in, out)`.

    The depthwise kernels have norm 1, as at their initialisation.
    """
    height, breadth, inputs, outputs = kernel.shape
    slices = kernel.reshape(-1, inputs, outputs).transpose(1, 0, 2).astype("float64")
    _, vectors = np.linalg.eigh(slices @ slices.transpose(0, 2, 1))
    main = vectors[:, :, -1]  # (in, k * k), the main left singular vector
    main = main * np.where(main.sum(1, keepdims=True) < 0, -1, 1)
    pointwise = np.einsum("ik,iko->io", main, slices)
    depthwise = main.T.reshape(height, breadth, inputs, 1)
    return depthwise.astype(kernel.dtype), pointwise[None, None].astype(kernel.dtype)


def _check(model, chosen):
    differing = sorted(set(chosen) ^ set(model.channels))
    if differing:
        raise ValueError(
            f"channels must name every group of '{model.name}'. Missing or unknown: {differing}."
        )
    for group, found in chosen.items():
        width = model.channels[group]
        if len(set(found)) != len(found) or (
            len(found) and not 0 <= min(found) <= max(found) < width
        ):
            raise ValueError(
                f"channels['{group}'] must choose each of its {width} channels at most once. "
                f"Received: {found}."
            )
