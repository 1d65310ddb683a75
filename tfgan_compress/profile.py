"""Parameters and multiply-accumulates (MACs) of a model, from its graph alone.

Two conventions, because papers differ. *true*: what is multiplied; a transposed convolution costs
its kernel once per *input* pixel. *paper*: as in papers on GAN compression, a transposed
convolution is counted per *output* pixel and an instance norm costs one MAC per output value. In
both, biases, batch norms and activations are free. Parameters are the trainable ones.

A supernet is counted as the student that its masks stand for. `MacCounter` gives the same numbers
for any channels in microseconds.
"""

import dataclasses
import math
import typing

import keras
import numpy as np

from tfgan_compress import axes, graph

L = keras.layers
CONVENTIONS = ("true", "paper")
_ONE = (1,)
_NOT_TRAINED = ("moving_mean", "moving_variance", "mask")


@dataclasses.dataclass(frozen=True)
class LayerProfile:
    """One call of a layer; `output_shape` is without the batch."""

    name: str
    type: str
    output_shape: tuple
    params: int
    macs_true: int
    macs_paper: int


@dataclasses.dataclass(frozen=True)
class Profile:
    """Costs of a model, per layer and in total."""

    name: str
    layers: tuple[LayerProfile, ...]

    @property
    def params(self):
        """Number of trainable parameters."""
        return sum(layer.params for layer in self.layers)

    @property
    def macs_true(self):
        """MACs in the true convention."""
        return sum(layer.macs_true for layer in self.layers)

    @property
    def macs_paper(self):
        """MACs in the papers' convention."""
        return sum(layer.macs_paper for layer in self.layers)

    def to_dict(self):
        """Returns totals and layers as plain numbers, for JSON."""
        totals = {"params": self.params, "macs_true": self.macs_true, "macs_paper": self.macs_paper}
        layers = [dataclasses.asdict(layer) for layer in self.layers]
        return {"name": self.name, **totals, "layers": layers}

    def table(self, *, sort=None, top=None):
        """Returns the layers that cost anything as text, with totals.

        Args:
            sort: Column to sort by, the largest first; graph order by default.
            top: Shows only so many layers.
        """
        rows = [row for row in self.layers if row.params or row.macs_true or row.macs_paper]
        if sort:
            rows.sort(key=lambda row: getattr(row, sort), reverse=True)
        cells = [("layer", "type", "output", "params", "true MACs", "paper MACs", "share")]
        cells += [_cells(row, self.macs_true) for row in rows[:top]]
        total = (f"{n:,}" for n in (self.params, self.macs_true, self.macs_paper))
        cells.append(("total", "", "", *total, "100.0%"))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [_line(row, widths) for row in cells]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def profile(model):
    """Returns the `Profile` of a functional `model`, nested models included.

    Raises:
        ValueError: If a layer with weights is of a type whose MACs are not known.
    """
    channels = {}
    if graph.gates(model):
        channels = {group: int(mask.sum()) for group, mask in graph.masks(model).items()}
    return Profile(model.name, tuple(_rows(model, channels, "", set())))


def macs(model, convention="true"):
    """Returns the MACs of `model`, a supernet as its masks are set."""
    return getattr(profile(model), f"macs_{_checked(convention)}")


class MacCounter:
    """Counts MACs and parameters of a generator for any channels, without building it.

    Args:
        generator: A generator, with gates or without.
        convention: "true" or "paper".
    """

    def __init__(self, generator, *, convention="true"):
        self.groups = tuple(generator.channels)
        self.convention = _checked(convention)
        costs = [(c, _costs(c)) for c in graph.grouped_calls(generator)]
        self._macs = self._compile([cost[convention] for _, cost in costs])
        seen, params = set(), []
        for call, cost in costs:
            params += [] if call.layer.name in seen else [cost["params"]]
            seen.add(call.layer.name)
        self._params = self._compile(params)

    def __call__(self, channels):
        """Returns the MACs under `channels`, `{group: width}`."""
        return self._sum(self._macs, channels)

    def params(self, channels):
        """Returns the number of trainable parameters under `channels`."""
        return self._sum(self._params, channels)

    def _compile(self, costs):
        """Stacks terms `factor * width(a) * width(b)` as a factor and two linear forms each."""
        terms = [term for cost in costs for term in cost]
        factors = np.array([factor for factor, _, _ in terms], np.int64)
        left, right = (np.array([self._linear(term[i]) for term in terms]) for i in (1, 2))
        return factors, left, right

    def _linear(self, axis):
        """Width of `axis` as coefficients of `(*groups, 1)`."""
        zero = dict.fromkeys(self.groups, 0)
        constant = axes.width(axis, zero)
        found = axes.groups(axis)
        slopes = [axes.width(axis, zero | {g: 1}) - constant if g in found else 0 for g in zero]
        return np.array([*slopes, constant], np.int64)

    def _sum(self, compiled, channels):
        factors, left, right = compiled
        try:
            widths = np.array([*(channels[g] for g in self.groups), 1], np.int64)
        except KeyError as error:
            raise ValueError(
                f"channels must name every group. Received none for {error}."
            ) from None
        return int(factors @ ((left @ widths) * (right @ widths)))


def _rows(model, channels, prefix, seen):
    for call in graph.calls(model):
        if isinstance(call.layer, keras.Model):
            yield from _rows(call.layer, {}, f"{prefix}{call.layer.name}/", seen)
            continue
        costs = _costs(call)
        totals = {name: _evaluate(terms, channels) for name, terms in costs.items()}
        # Weights that several calls share count once.
        params = 0 if id(call.layer) in seen else totals["params"]
        seen.add(id(call.layer))
        yield LayerProfile(
            prefix + call.layer.name,
            type(call.layer).__name__,
            (*call.output_shape[1:-1], axes.width(call.output, channels)),
            params,
            totals["true"],
            totals["paper"],
        )


class _Costs(typing.TypedDict):
    """Sums of terms `(factor, axis, axis)`, each the product of its factor and the two widths."""

    params: list
    true: list
    paper: list


def _costs(call):
    """Returns the `_Costs` of one call."""
    layer, out = call.layer, call.output
    # By name, because a frozen teacher has as many parameters as one in training.
    weights = [w for w in layer.weights if w.name not in _NOT_TRAINED]
    kernels = [w for w in weights if _is_kernel(w)]
    others = [(math.prod(w.shape[:-1]), out, _ONE) for w in weights if not _is_kernel(w)]
    before, after = math.prod(call.input_shapes[0][1:-1]), math.prod(call.output_shape[1:-1])
    if isinstance(layer, L.GroupNormalization):
        return _Costs(params=others, true=[], paper=[(after, out, _ONE)])
    taps = _taps(layer, call.inputs[0], out, kernels)
    if taps is None:
        raise ValueError(
            f"The MACs of layer '{layer.name}' are not known: it is a {type(layer).__name__} with "
            "weights. Use Keras convolutions and dense layers, or teach `profile` this one."
        )
    true = before if isinstance(layer, L.Conv2DTranspose) else after
    return _Costs(
        params=[*taps, *others],
        true=[(true * factor, a, b) for factor, a, b in taps],
        paper=[(after * factor, a, b) for factor, a, b in taps],
    )


def _taps(layer, into, out, kernels):
    """Terms for the size of the kernels, each used once per position; None if not known."""
    if isinstance(layer, L.DepthwiseConv2D):
        return [(math.prod(layer.kernel_size) * layer.depth_multiplier, into, _ONE)]
    if isinstance(layer, graph.PRODUCERS) and getattr(layer, "groups", 1) == 1:
        return [(math.prod(getattr(layer, "kernel_size", _ONE)), into, out)]
    if isinstance(layer, (L.Conv2D, L.SeparableConv2D)):
        return [(math.prod(kernel.shape), _ONE, _ONE) for kernel in kernels]
    vectors = all(len(w.shape) < 2 for w in layer.weights) or isinstance(layer, L.PReLU)
    return None if kernels or not vectors else []


def _is_kernel(weight):
    return weight.name.endswith("kernel")


def _evaluate(terms, channels):
    return sum(f * axes.width(a, channels) * axes.width(b, channels) for f, a, b in terms)


def _checked(convention):
    if convention not in CONVENTIONS:
        raise ValueError(f"convention must be one of {CONVENTIONS}. Received: {convention!r}.")
    return convention


def _cells(row, whole):
    numbers = (f"{n:,}" for n in (row.params, row.macs_true, row.macs_paper))
    share = f"{100 * row.macs_true / max(whole, 1):.1f}%"
    return row.name, row.type, "x".join(map(str, row.output_shape)), *numbers, share


def _line(row, widths):
    left = (cell.ljust(w) for cell, w in zip(row[:3], widths[:3], strict=True))
    right = (cell.rjust(w) for cell, w in zip(row[3:], widths[3:], strict=True))
    return "  ".join([*left, *right])
