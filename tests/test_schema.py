import flatbuffers
import pytest

from tfgan_compress.schema import pack, parse


@pytest.fixture(scope="module")
def content(exported):
    """An int8 file."""
    return exported["int8"].path.read_bytes()


def _plainly(model):
    """The bytes of a parsed file where every vector is stored for itself."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_zero_points_of_channels_are_stored_once(content):
    model = parse(content)
    found = [tensor.quantization for tensor in model.subgraphs[0].tensors]
    lengths = [len(q.scale) for q in found if q and q.scale is not None]
    lengths = [length for length in lengths if length > 1]
    assert len(lengths) > len(set(lengths)) > 1
    spared = 8 * (sum(lengths) - sum(set(lengths)))
    assert len(pack(model)) <= len(_plainly(model)) - spared


def test_a_file_with_shared_vectors_says_the_same(content):
    assert _plainly(parse(pack(parse(content)))) == _plainly(parse(content))


def test_packing_again_changes_nothing(content):
    assert pack(parse(content)) == content
