"""A `.tflite` file as the tree of objects of LiteRT's schema: read, named, written.

LiteRT is imported inside the functions: importing this package does no work.
"""

from typing import Any


def parse(content) -> Any:
    """Returns the bytes of a `.tflite` file as the tree of objects of LiteRT's schema, a ModelT."""
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))


def pack(model):
    """Returns the bytes of a tree that `parse` made."""
    # LiteRT's own schema is written in it, so it is there.
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def operator_kinds(model):
    """Returns the name of each entry of `model.operatorCodes`; custom ones as `CUSTOM:<name>`."""
    from ai_edge_litert import schema_py_generated as schema

    builtin = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}
    kinds = []
    for code in model.operatorCodes:
        # Old writers fill only the one-byte field, new ones both.
        name = builtin[max(code.builtinCode, code.deprecatedBuiltinCode)]
        kinds.append(f"CUSTOM:{code.customCode.decode()}" if name == "CUSTOM" else name)
    return kinds
