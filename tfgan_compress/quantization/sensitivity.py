"""Which tensors cost the PSNR? Each is quantized alone, and left out alone, in simulation.

The square errors of tensors quantized alone add up to that of the whole file, roughly: a row's
`share` says what part of the damage is its own. Left out: pairs of tensors.
"""

import dataclasses

import keras
import numpy as np
from keras import ops
from matplotlib.figure import Figure

from tfgan_compress.files import atomic_path
from tfgan_compress.metrics.image_quality import psnr
from tfgan_compress.quantization.fake import FakeQuant
from tfgan_compress.quantization.twin import kernels, ranges


@dataclasses.dataclass(frozen=True)
class TensorSensitivity:
    """What quantizing one tensor costs.

    Attributes:
        name: The layer of the twin that rounds it.
        kind: `"activation"` or `"kernel"`.
        low: Least value of the range; of a kernel, the widest channel's.
        high: Greatest value.
        only: PSNR to float, in dB, with this tensor quantized and no other.
        without: PSNR to float with all tensors quantized but this one.
        share: Its share of the sum of all square errors `only`.
    """

    name: str
    kind: str
    low: float
    high: float
    only: float
    without: float
    share: float


def tensor_sensitivity(twin, batches):
    """Returns `(psnr, rows)`: that of the whole simulation, and each tensor, the worst first.

    Args:
        twin: A calibrated `quantization_twin`.
        batches: Batch dicts to measure on; a few images do.
    """
    layers = [*ranges(twin), *kernels(twin)]
    switched = _Switched(twin, layers)
    none, every = np.zeros(len(layers), bool), np.ones(len(layers), bool)
    batches = list(batches)
    exact = [switched.images(batch, none) for batch in batches]

    def quality(switches):
        found = [psnr(switched.images(b, switches), e) for b, e in zip(batches, exact, strict=True)]
        return float(np.mean(np.concatenate([ops.convert_to_numpy(f) for f in found])))

    only = [quality(place) for place in np.eye(len(layers), dtype=bool)]
    without = [quality(~place) for place in np.eye(len(layers), dtype=bool)]
    errors = 10 ** (-np.array(only) / 10)
    rows = [
        TensorSensitivity(layer.name, *_described(layer), *figures)
        for layer, *figures in zip(layers, only, without, errors / errors.sum(), strict=True)
    ]
    return quality(every), sorted(rows, key=lambda row: row.only)


def keep_float(twin, rows):
    """Leaves the tensors of `rows` in float: mixed precision. Returns `twin`.

    The file converts to float before each and back behind it, which costs time and, where XNNPACK
    does not take a step, delegation: the gates tell.
    """
    names = {row.name for row in rows}
    for layer in (*ranges(twin), *kernels(twin)):
        layer.active = layer.active and layer.name not in names
    return twin


class _Switched(keras.Model):
    """A twin whose roundings are switched by a boolean vector; the graph is traced once."""

    def __init__(self, twin, layers):
        super().__init__(name="switched")
        self.twin, self.switched = twin, layers
        self.compile(jit_compile=False)

    def call(self, batch):
        before = [layer.active for layer in self.switched]
        try:
            for i, layer in enumerate(self.switched):
                layer.active = batch["switches"][0, i]
            inputs = {name: batch[name] for name in self.twin.input}
            return self.twin(inputs, training=False)["image"]
        finally:
            for layer, active in zip(self.switched, before, strict=True):
                layer.active = active

    def images(self, batch, switches):
        """Returns the images `(B, H, W, 3)` of a batch under `switches`, `(layers,)` bool."""
        named = {name: np.asarray(batch[name]) for name in self.twin.input}
        size = len(next(iter(named.values())))
        return self.predict_on_batch({**named, "switches": np.repeat(switches[None], size, 0)})


def _described(layer):
    if isinstance(layer, FakeQuant):
        return "activation", float(layer.low), float(layer.high)
    limit = float(np.max(ops.convert_to_numpy(layer.limit)))
    return "kernel", -limit, limit


def table(rows, *, top=None):
    """Returns the worst `top` rows (all by default) as text."""
    shown = rows[:top]
    wide = max(6, *(len(row.name) for row in shown))
    titles = f"{'low':>9} {'high':>9} {'only':>7} {'without':>8} {'share':>7}"
    lines = [f"{'tensor':{wide}} {'kind':>10} {titles}"]
    lines += [
        f"{row.name:{wide}} {row.kind:>10} {row.low:9.3f} {row.high:9.3f} {row.only:7.2f} "
        f"{row.without:8.2f} {row.share:7.1%}"
        for row in shown
    ]
    return "\n".join(lines)


def plot(rows, path, *, top=30):
    """Draws the PSNR of the worst `top` tensors, each quantized alone, to `path`."""
    shown = rows[:top][::-1]
    figure = Figure(figsize=(7, 1 + 0.2 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    colours = ["C0" if row.kind == "activation" else "C1" for row in shown]
    axes.barh([row.name for row in shown], [row.only for row in shown], color=colours)
    axes.set(xlabel="PSNR to float with this tensor alone quantized (dB)")
    axes.tick_params(axis="y", labelsize=7)
    axes.grid(axis="x", alpha=0.25)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)
