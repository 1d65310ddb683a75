"""`tfgan-compress profile`: parameters and MACs of a model, layer by layer."""

HELP = "count parameters and MACs, layer by layer"
# Repeated from the package, which must not be imported to show the help.
COLUMNS = ("params", "macs_true", "macs_paper")


def add_arguments(parser):
    """Adds the command's options."""
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="a saved model: a folder, a shipped name, or a .keras file",
    )
    parser.add_argument(
        "--generator",
        choices=("crgan", "pim", "tpgan"),
        help="count a generator that is built here instead",
    )
    parser.add_argument(
        "--base-width", type=int, default=64, metavar="N", help="its base width (default: 64)"
    )
    parser.add_argument(
        "--size", type=int, default=128, help="its image size in pixels (default: 128)"
    )
    parser.add_argument("--sort", choices=COLUMNS, help="sort the layers, the largest first")
    parser.add_argument("--top", type=int, metavar="N", help="show only N layers")
    parser.add_argument(
        "--sensitivity",
        metavar="FACES",
        help="measure, on this rendered set, what separable convolutions cost stage by stage",
    )
    parser.add_argument("--json", metavar="PATH", help="write the counts to a JSON file, too")


def run(arguments):
    """Prints the table. Returns 0."""
    if bool(arguments.model) == bool(arguments.generator):
        raise ValueError(
            "profile takes a MODEL or --generator, one of them. "
            f"Received: {arguments.model}, {arguments.generator}."
        )
    from tfgan_compress.cli.loading import load_generator
    from tfgan_compress.files import write_json
    from tfgan_compress.profile import profile

    model = load_generator(arguments.model) if arguments.model else _build(arguments)
    counted = profile(model)
    print(counted.table(sort=arguments.sort, top=arguments.top))
    print(
        f"\n{counted.name}: {counted.params / 1e6:.3f}M parameters, "
        f"{counted.macs_true / 1e9:.3f}G true MACs, {counted.macs_paper / 1e9:.3f}G paper MACs"
    )
    if arguments.sensitivity:
        _sensitivity(model, arguments.sensitivity)
    if arguments.json:
        write_json(arguments.json, counted.to_dict())
    return 0


def _sensitivity(model, faces):
    """Prints what splitting each stage into separable convolutions costs and saves."""
    import itertools

    from tfgan_compress.data.batches import batches
    from tfgan_compress.data.faces import FaceSet
    from tfgan_compress.training.sensitivity import layer_sensitivity, stages_of

    source = batches(FaceSet(faces), batch_size=16, seed=0, shuffle=True)
    pictures = list(itertools.islice(source, 8))
    print(f"{'stage':12} {'SSIM':>8} {'drop':>8} {'MACs saved':>11}")
    for row in layer_sensitivity(model, pictures[:4], pictures[4:], stages_of(model)):
        print(f"{row.stage:12} {row.score:8.4f} {row.drop:8.4f} {row.saved:11.1%}", flush=True)


def _build(arguments):
    from tfgan_compress.generators.crgan import CRGAN
    from tfgan_compress.generators.pim import PIM
    from tfgan_compress.generators.tpgan import TPGAN

    side, known = arguments.size, {"crgan": CRGAN, "pim": PIM, "tpgan": TPGAN}
    return known[arguments.generator]((side, side, 3), base_width=arguments.base_width)
