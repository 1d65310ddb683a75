"""`tfgan-compress quantize MODEL --data DATA -o DIR`: every kind of quantization in one table."""

from tfgan_compress.cli.calibration import (
    add_calibration_options,
    augmented_batches,
    calibration_batches,
)
from tfgan_compress.cli.sources import add_data_options, add_judges, open_split

HELP = "compare ways to quantize a generator, and find the tensors that cost the most"

EPILOG = """\
Writes DIR/<variant>/ with the files and their contracts, and the table as DIR/variants.md, .csv and
.json. A fourth of the people is held out (of photographs, those who are not trained on): PSNR to
the float model is measured on 16 pictures of them, SSIM to the truth and rank-1 (--judges) on all;
the others calibrate and train. Time files (--latency) only on a machine that does nothing else.

--tfmot adds the TensorFlow Model Optimization Toolkit's own training and clustering. It runs in a
process of its own, in this environment (pip install 'tfgan-compress[tfmot]') or in another one.

examples:
  tfgan-compress faces --render faces --identities 16 --size 64
  tfgan-compress quantize demo_student --data faces -o quantized
  tfgan-compress quantize student.keras --data faces -o quantized --qat-steps 400 --clusters 32
  tfgan-compress quantize student.keras --data frll:PATH -o quantized --judges resnet29 faceres
  tfgan-compress quantize student.keras --data faces -o quantized --only-sensitivity"""


def add_arguments(parser):
    """Adds the options of `quantize`."""
    parser.epilog = EPILOG
    parser.add_argument(
        "model", metavar="MODEL", help="a saved model's folder or shipped name, or a .keras file"
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write to")
    add_data_options(parser)
    add_calibration_options(parser)
    numbers = {
        "--qat-steps": "train the twin for N steps, distilled from the float model",
        "--float-tensors": "add a row with the N worst tensors in float",
        "--clusters": "add rows whose kernels have only N values, for the size of the download",
    }
    for option, text in numbers.items():
        parser.add_argument(
            option, type=int, default=0, metavar="N", help=f"{text} (default: 0, no such row)"
        )
    parser.add_argument(
        "--tfmot", action="store_true", help="train and cluster by tfmot too, with --qat-steps"
    )
    parser.add_argument(
        "--tfmot-python", metavar="PATH", help="interpreter that has tfmot (default: this one)"
    )
    parser.add_argument("--latency", action="store_true", help="time the files on 1 and 2 threads")
    add_judges(parser, nargs="*", default=None)
    parser.add_argument(
        "--only-sensitivity",
        action="store_true",
        help="write DIR/sensitivity.json and .png, the cost of each tensor, and nothing else",
    )


def run(arguments):
    """Prints the table, or that of the tensors."""
    from tfgan_compress.cli.loading import image_size_of, load_generator

    for option, least in (("images", 1), ("qat_steps", 0), ("float_tensors", 0), ("clusters", 0)):
        if getattr(arguments, option) < least:
            raise ValueError(
                f"--{option.replace('_', '-')} must be at least {least}. Received: "
                f"{getattr(arguments, option)}."
            )
    if arguments.tfmot and not arguments.qat_steps:
        raise ValueError("--tfmot needs --qat-steps of at least 1. Received: 0.")
    model = load_generator(arguments.model)
    known, *unseen = open_split(arguments.data, image_size_of(model), arguments)
    calibration = calibration_batches(known, arguments.images)
    if arguments.only_sensitivity:
        _sensitivity(model, calibration, calibration_batches(unseen[0], 4), arguments.output)
    else:
        _compare(arguments, model, known, calibration, unseen)
    return 0


def _compare(arguments, model, known, calibration, unseen):
    from pathlib import Path

    from tfgan_compress.variants import compare_variants, markdown

    def training_batches(start=0):
        return augmented_batches(known, batch_size=8, seed=1, start=start, repeat=True)

    rows = compare_variants(
        model,
        arguments.output,
        name=Path(arguments.model).stem,
        calibration=calibration,
        held_out=calibration_batches(unseen[0], 16),
        measure_latency=arguments.latency,
        evaluate=_evaluation(arguments.judges, *unseen),
        percentile=arguments.percentile,
        float_tensors=arguments.float_tensors,
        train=_training(arguments, model, training_batches),
        clusters=arguments.clusters,
        tfmot=_tfmot(arguments, training_batches),
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


def _evaluation(judges, source, gallery):
    """Returns `evaluate(predict) -> {"ssim": ..., "rank1_<judge>": ...}`, or None."""
    if judges is None:
        return None
    from tfgan_compress.evaluate import Evaluator

    evaluator = Evaluator(source, judges=tuple(judges), gallery_source=gallery)

    def evaluate(predict):
        overall = evaluator(predict)["overall"].items()
        return {key: value for key, value in overall if key.startswith(("ssim", "rank1_"))}

    return evaluate


def _training(arguments, model, training_batches):
    """Returns `train(twin)`, or None."""
    if not arguments.qat_steps:
        return None
    from pathlib import Path

    from tfgan_compress.training.graphs import skip_graph_rewrites
    from tfgan_compress.training.stages import train_twin

    skip_graph_rewrites()
    return lambda twin: train_twin(
        twin,
        training_batches,
        Path(arguments.output) / "qat_training",
        teacher=model,
        epochs=1,
        steps_per_epoch=arguments.qat_steps,
    )


def _tfmot(arguments, training_batches):
    """Returns the options of `quantization.tfmot` with the pictures to train on, or None."""
    if not arguments.tfmot:
        return None
    return {
        "batches": training_batches(),
        "steps": arguments.qat_steps,
        "python": arguments.tfmot_python,
    }
