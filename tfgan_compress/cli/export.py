"""`tfgan-compress export MODEL -o DIR`."""

from tfgan_compress.cli.calibration import add_calibration_options, calibration_batches

HELP = "turn a trained generator into checked .tflite files"

EPILOG = """\
Each variant gets its folder: DIR/int8/model.tflite with model_contract.json beside it (inputs,
scales, alignment, patches, sha256, what the gates measured). A file that fails a gate is not
written, unless --no-enforce asks for it.

examples:
  tfgan-compress export runs/demo/student -o exported
  tfgan-compress export student.keras -o exported --variants int8 --calibration faces/"""

# Repeated from the package, which must not be imported to show the help.
VARIANTS = ("float32", "float16", "dynamic", "int8")
# Rendered where no set is given; neither the training's seeds nor those of the evaluation.
CALIBRATION_SEEDS = range(90_000, 90_012)


def add_arguments(parser):
    """Adds the options of `export`."""
    parser.epilog = EPILOG
    parser.add_argument(
        "model", metavar="MODEL", help="a saved model's folder or shipped name, or a .keras file"
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--variants", nargs="+", choices=VARIANTS, default=VARIANTS, help="default: all four"
    )
    parser.add_argument("--name", help="the model's name in the contract (default: MODEL's)")
    parser.add_argument(
        "--calibration",
        metavar="SET",
        help="a set of `tfgan-compress faces --render` to calibrate and check on (default: 12 "
        "people rendered for the purpose)",
    )
    add_calibration_options(parser)
    parser.add_argument(
        "--int8-psnr",
        type=float,
        metavar="DB",
        help="least PSNR of int8 to the float model (default: 35)",
    )
    parser.add_argument(
        "--no-enforce",
        action="store_true",
        help="write files that fail a gate, and record the failure in their contract",
    )


def run(arguments):
    """Writes the files and prints what the gates measured."""
    from pathlib import Path

    from tfgan_compress.cli.loading import load_generator
    from tfgan_compress.export import export

    if arguments.images < 1:
        raise ValueError(f"--images must be at least 1. Received: {arguments.images}.")
    model = load_generator(arguments.model)
    files = export(
        model,
        arguments.output,
        name=arguments.name or Path(arguments.model).stem,
        variants=arguments.variants,
        percentile=arguments.percentile,
        calibration=_calibration(arguments, model.inputs[0].shape[1]),
        floors={} if arguments.int8_psnr is None else {"int8": arguments.int8_psnr},
        enforce=not arguments.no_enforce,
    )
    for file in files.values():
        _print_line(file)
    return 0 if all(file.passed for file in files.values()) else 1


def _calibration(arguments, image_size):
    import tempfile

    from tfgan_compress.data.faces.dataset import FaceSet, render_set

    with tempfile.TemporaryDirectory() as folder:
        if arguments.calibration:
            faces = FaceSet(arguments.calibration)
        else:
            views = -(-arguments.images // len(CALIBRATION_SEEDS))
            faces = render_set(folder, CALIBRATION_SEEDS, image_size=image_size, views=views)
        return calibration_batches(faces, arguments.images)


def _print_line(file):
    gates = file.contract["gates"]
    quality = gates.get("quality", {}).get("psnr")
    failed = [f"{name}: {gate['reason']}" for name, gate in gates.items() if not gate["passed"]]
    print(
        f"{file.path}  {file.contract['bytes'] / 1e6:.2f} MB  "
        f"PSNR to float {'?' if quality is None else f'{quality:.1f}'} dB  "
        f"{'passed' if file.passed else 'FAILED'}"
    )
    for line in failed:
        print(f"  {line}")
