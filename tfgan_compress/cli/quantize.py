"""`tfgan-compress quantize MODEL --faces SET -o DIR`: every kind of quantization in one table."""

HELP = "compare ways to quantize a generator, and find the tensors that cost the most"

EPILOG = """\
Writes DIR/<variant>/ with the files and their contracts, DIR/variants.md and DIR/variants.json. A
fourth of the people is held out: PSNR to the float model is measured on them, the others calibrate.
 Time files (--latency) only on a machine that does nothing else.

examples:
  tfgan-compress faces --render faces --identities 16 --size 64
  tfgan-compress quantize saved_models/demo_student/generator --faces faces -o quantized
  tfgan-compress quantize student.keras --faces faces -o quantized --qat-steps 400
  tfgan-compress quantize student.keras --faces faces -o quantized --only-sensitivity"""


def add_arguments(parser):
    """Adds the options of `quantize`."""
    parser.epilog = EPILOG
    parser.add_argument("model", metavar="MODEL", help="a saved model's folder, or a .keras file")
    parser.add_argument("--faces", required=True, metavar="SET", help="rendered faces")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--images", type=int, default=48, help="images to calibrate on (default: 48)"
    )
    parser.add_argument(
        "--percentile",
        type=float,
        default=99.9,
        help="where the rows that clip do so, in percent (default: 99.9)",
    )
    parser.add_argument(
        "--qat-steps",
        type=int,
        default=0,
        metavar="N",
        help="train the twin for N steps, distilled from the float model (default: 0, no such row)",
    )
    parser.add_argument(
        "--float-tensors",
        type=int,
        default=0,
        metavar="K",
        help="add a row with the K worst tensors in float (default: 0, no such row)",
    )
    parser.add_argument("--latency", action="store_true", help="time the files on 1 and 2 threads")
    parser.add_argument(
        "--rank1", choices=("resnet29", "faceres"), help="ask this recognizer about every file"
    )
    parser.add_argument(
        "--only-sensitivity",
        action="store_true",
        help="write DIR/sensitivity.json and .png, the cost of each tensor, and nothing else",
    )


def run(arguments):
    """Prints the table, or that of the tensors."""
    from tfgan_compress.cli.loading import load_generator
    from tfgan_compress.data.faces.dataset import FaceSet
    from tfgan_compress.data.splits import split_source

    for option, least in (("images", 1), ("qat_steps", 0), ("float_tensors", 0)):
        if getattr(arguments, option) < least:
            raise ValueError(
                f"--{option.replace('_', '-')} must be at least {least}. Received: "
                f"{getattr(arguments, option)}."
            )
    model, faces = load_generator(arguments.model), FaceSet(arguments.faces)
    calibrating, held_out = split_source(faces, held_out=0.25, seed=0)
    calibration = _pictures(calibrating, arguments.images)
    if arguments.only_sensitivity:
        _sensitivity(model, calibration, _pictures(held_out, 4), arguments.output)
    else:
        _compare(arguments, model, calibrating, calibration, held_out)
    return 0


def _compare(arguments, model, calibrating, calibration, held_out):
    from pathlib import Path

    from tfgan_compress.variants import compare_variants, markdown

    rows = compare_variants(
        model,
        arguments.output,
        name=Path(arguments.model).stem,
        calibration=calibration,
        held_out=_pictures(held_out, 16),
        measure_latency=arguments.latency,
        rank1=_rank1(arguments.rank1, held_out),
        percentile=arguments.percentile,
        float_tensors=arguments.float_tensors,
        train=_training(arguments, model, calibrating),
    )
    print(markdown(rows), end="")


def _sensitivity(model, calibration, held_out, directory):
    import dataclasses
    from pathlib import Path

    from tfgan_compress.files import write_json
    from tfgan_compress.quantization import sensitivity
    from tfgan_compress.quantization.calibration import calibrate
    from tfgan_compress.quantization.twin import quantization_twin

    twin = calibrate(quantization_twin(model), calibration)
    psnr, rows = sensitivity.tensor_sensitivity(twin, held_out)
    print(sensitivity.table(rows, top=30))
    print(f"\nall of them: {psnr:.2f} dB")
    found = {"psnr": psnr, "tensors": [dataclasses.asdict(row) for row in rows]}
    write_json(Path(directory) / "sensitivity.json", found)
    sensitivity.plot(rows, Path(directory) / "sensitivity.png")


def _pictures(source, count):
    """Batches of augmented views: what a camera does to a picture widens the ranges."""
    import itertools

    from tfgan_compress.data.augment import Augmentation
    from tfgan_compress.data.batches import batches

    size = min(8, count)
    served = batches(source, batch_size=size, seed=0, shuffle=True, augment=Augmentation())
    return list(itertools.islice(served, -(-count // size)))


def _rank1(judge, source):
    if judge is None:
        return None
    from tfgan_compress.evaluate import Evaluator

    evaluator = Evaluator(source, judges=(judge,))
    return lambda predict: evaluator(predict)["overall"][f"rank1_{judge}"]


def _training(arguments, model, source):
    """Returns `train(twin)`, or None."""
    if not arguments.qat_steps:
        return None
    from pathlib import Path

    from tfgan_compress.data.augment import Augmentation
    from tfgan_compress.data.batches import batches
    from tfgan_compress.training.graphs import skip_graph_rewrites
    from tfgan_compress.training.stages import train_twin

    skip_graph_rewrites()
    options = {"batch_size": 8, "shuffle": True, "augment": Augmentation(), "repeat": True}
    return lambda twin: train_twin(
        twin,
        lambda start: batches(source, seed=1, start=start, **options),
        Path(arguments.output) / "qat_training",
        teacher=model,
        epochs=1,
        steps_per_epoch=arguments.qat_steps,
    )
