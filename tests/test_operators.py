import collections

import numpy as np
import pytest

from tfgan_compress.export.gates import operator_names
from tfgan_compress.operators import alone, time_operators
from tfgan_compress.schema import operator_kinds, parse
from tfgan_compress.tflite import load_interpreter


@pytest.mark.parametrize("variant", ["float32", "int8"])
def test_every_operator_is_timed_once(exported, variant):
    path = exported[variant].path
    rows = time_operators(path, warmup=0, runs=1)
    counted = collections.Counter()
    for row in rows:
        assert row["ms"] > 0
        counted[row["operator"]] += row["count"]
    assert counted == collections.Counter(operator_names(path.read_bytes()))


def test_an_operator_alone_computes_what_it_does_in_the_file(exported):
    model = parse(exported["float32"].path.read_bytes())
    graph, kind = model.subgraphs[0], operator_kinds(model).index("CONV_2D")
    place, operator = next((i, o) for i, o in enumerate(graph.operators) if o.opcodeIndex == kind)
    bias = model.buffers[graph.tensors[operator.inputs[2]].buffer].data.view(np.float32)
    assert np.any(bias)

    interpreter = load_interpreter(alone(model, place))
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.set_tensor(source["index"], np.zeros(source["shape"], np.float32))
    interpreter.invoke()
    # Of a picture of zeros a convolution leaves its bias.
    expected = np.broadcast_to(bias, target["shape"])
    np.testing.assert_allclose(interpreter.get_tensor(target["index"]), expected, atol=1e-6)
