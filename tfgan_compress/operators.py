"""Where the time of a `.tflite` file goes: each of its operators, run alone.

MACs do not tell. In int8 a padding of 4 channels once took XNNPACK as long as 10 million MACs, and
a depthwise kernel of 6 channels as long as one of 16. Alone, an operator pays for starting the
interpreter (microseconds), and its neighbours leave it a warmer or colder cache: the sum is near
the whole's latency, not the same.
"""

import collections
import copy
from pathlib import Path

from tfgan_compress.benchmark import latency_of
from tfgan_compress.schema import data_of, drop_unused, operator_kinds, pack, parse


def time_operators(path, *, threads=1, warmup=5, runs=20):
    """Times every operator of a file's main graph, those of the same kind and shapes once.

    Args:
        path: The `.tflite` file.
        threads: CPU threads.
        warmup: Runs of each operator before the clock starts.
        runs: Timed runs of each.

    Returns:
        List of `{"operator", "inputs", "output", "count", "ms"}`, the most time first: kind,
        shapes, how many such operators there are, milliseconds (p50) of all of them together.
    """
    model = parse(Path(path).read_bytes())
    rows = []
    for (kind, inputs, output), indices in _alike(model).items():
        single = alone(model, indices[0])
        took = latency_of(single, threads=threads, warmup=warmup, runs=runs)["p50"]
        shapes = {"inputs": [list(shape) for shape in inputs], "output": list(output)}
        count = len(indices)
        rows.append({"operator": kind, **shapes, "count": count, "ms": took * count})
    return sorted(rows, key=lambda row: -row["ms"])


def _alike(model):
    """Returns `{(kind, shapes of the inputs, shape of the output): indices of operators}`."""
    kinds, graph = operator_kinds(model), model.subgraphs[0]
    found = collections.defaultdict(list)
    for index, operator in enumerate(graph.operators):
        inputs = tuple(_shape(graph, i) for i in operator.inputs if i >= 0)
        key = kinds[operator.opcodeIndex], inputs, _shape(graph, operator.outputs[0])
        found[key].append(index)
    return found


def _shape(graph, index):
    shape = graph.tensors[index].shape
    return () if shape is None else tuple(int(n) for n in shape)


def alone(model, index):
    """Returns the bytes of a file with one operator of the main graph of `model`, a parsed file.

    What it computes from goes in, what it computes comes out.
    """
    model = copy.copy(model)
    graph = copy.copy(model.subgraphs[0])
    operator = copy.copy(graph.operators[index])
    # Tensors and metadata get other places, and the file stays as it is.
    graph.tensors, model.metadata = [copy.copy(t) for t in graph.tensors], []
    read = [i for i in dict.fromkeys(operator.inputs) if i >= 0]
    graph.inputs = [i for i in read if data_of(model, graph.tensors[i]) is None]
    graph.outputs, graph.operators = list(operator.outputs), [operator]
    model.signatureDefs, model.subgraphs = [], [graph]
    drop_unused(model)
    return pack(model)
