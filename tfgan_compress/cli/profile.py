"""`tfgan-compress profile`: parameters and MACs of a model, layer by layer."""

HELP = "count parameters and MACs, layer by layer"
# Repeated from the package, which must not be imported to show the help.
COLUMNS = ("params", "macs_true", "macs_paper")


def add_arguments(parser):
    """Adds the command's options."""
    parser.add_argument("model", nargs="?", metavar="MODEL.keras", help="a saved Keras model")
    parser.add_argument(
        "--generator", choices=("tpgan",), help="count a generator that is built here instead"
    )
    parser.add_argument(
        "--base-width", type=int, default=64, metavar="N", help="its base width (default: 64)"
    )
    parser.add_argument(
        "--size", type=int, default=128, help="its image size in pixels (default: 128)"
    )
    parser.add_argument("--sort", choices=COLUMNS, help="sort the layers, the largest first")
    parser.add_argument("--top", type=int, metavar="N", help="show only N layers")
    parser.add_argument("--json", metavar="PATH", help="write the counts to a JSON file, too")


def run(arguments):
    """Prints the table. Returns 0."""
    if bool(arguments.model) == bool(arguments.generator):
        raise ValueError(
            "profile takes a MODEL.keras or --generator, one of them. "
            f"Received: {arguments.model}, {arguments.generator}."
        )
    from tfgan_compress.files import write_json
    from tfgan_compress.profile import profile

    model = _load(arguments.model) if arguments.model else _build(arguments)
    counted = profile(model)
    print(counted.table(sort=arguments.sort, top=arguments.top))
    print(
        f"\n{counted.name}: {counted.params / 1e6:.3f}M parameters, "
        f"{counted.macs_true / 1e9:.3f}G true MACs, {counted.macs_paper / 1e9:.3f}G paper MACs"
    )
    if arguments.json:
        write_json(arguments.json, counted.to_dict())
    return 0


def _load(path):
    from pathlib import Path

    if not Path(path).is_file():
        raise FileNotFoundError(f"No such model: {path}. Give the path of a .keras file.")
    if Path(path).suffix != ".keras":
        raise ValueError(f"The model must be a .keras file. Received: {path}.")
    import keras

    # Importing the classes registers them with Keras.
    import tfgan_compress.discriminators
    import tfgan_compress.generators.tpgan  # noqa: F401

    return keras.models.load_model(path, compile=False)


def _build(arguments):
    from tfgan_compress.generators.tpgan import TPGAN

    side = arguments.size
    return TPGAN((side, side, 3), base_width=arguments.base_width)
