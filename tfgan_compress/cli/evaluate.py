"""`tfgan-compress evaluate MODEL --data DIR`: quality and identity by yaw."""

from tfgan_compress.cli.sources import add_data_options, add_judges, open_data

HELP = "measure a model on people it has never seen: PSNR, SSIM, rank-1 by yaw"

EPILOG = """\
"view" is the unprocessed view, the bar to clear; "model" is what the model makes of it. Rank-1 is
the share of images whose person a recognizer finds in a gallery of one frontal picture a person.

examples:
  tfgan-compress faces --render unseen --preset evaluation --identities 50 --seed 100000
  tfgan-compress evaluate saved_models/tpgan_student/int8/model.tflite --data unseen
  tfgan-compress evaluate demo_teacher --data unseen --people 10
  tfgan-compress evaluate model.tflite --data frll:PATH    11 real people, looked for among all
  tfgan-compress evaluate model.tflite --data multipie:PATH --cache aligned"""


def add_arguments(parser):
    """Adds the options of `evaluate`."""
    parser.epilog = EPILOG
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a .tflite file, a saved model's folder or shipped name, or a .keras file",
    )
    add_data_options(parser)
    add_judges(parser, nargs="*")
    parser.add_argument("--threads", type=int, default=1, help="for a .tflite file (default: 1)")
    parser.add_argument("--json", metavar="PATH", help="also write the figures to PATH")


def run(arguments):
    """Prints the table of the unprocessed views and of what the model makes of them."""
    from tfgan_compress.evaluate import Evaluator
    from tfgan_compress.files import write_json

    predict, image_size = _load(arguments.model, arguments.threads)
    source, gallery = open_data(arguments.data, image_size, arguments)
    evaluator = Evaluator(
        source, judges=tuple(arguments.judges), gallery_source=gallery, progress=True
    )
    found = {"input": evaluator.unprocessed(), "output": evaluator(predict)}
    print(table(found))
    if arguments.json:
        write_json(arguments.json, {"model": arguments.model, "data": arguments.data, **found})
    return 0


def table(found):
    """Returns `{"input", "output"}` evaluations as text, a line per yaw."""
    keys = [key for key in found["output"]["overall"] if key != "count"]
    titles = [key.replace("_", " ").replace("rank1", "rank-1") for key in keys]
    width = max(15, *(len(title) + 2 for title in titles))
    lines = [
        f"{'yaw':>5} {'views':>6}" + "".join(f"{title:>{width}}" for title in titles),
        " " * 12 + f"{'view':>{width - 7}}{'model':>7}" * len(titles),
    ]
    rows = {**found["output"]["by_yaw"], "all": found["output"]["overall"]}
    for yaw, row in rows.items():
        view = found["input"]["overall"] if yaw == "all" else found["input"]["by_yaw"][yaw]
        cells = "".join(f"{_cell(view, k):>{width - 7}}{_cell(row, k):>7}" for k in keys)
        lines.append(f"{yaw:>5} {row['count']:>6}{cells}")
    return "\n".join(lines)


def _cell(row, key):
    if row[key] is None:
        return "n/a"
    return f"{row[key]:.2f}" if key == "psnr" else f"{row[key]:.3f}"


def _load(path, threads):
    """Returns `(predict, image_size)`."""
    from tfgan_compress.evaluate import keras_predictor, tflite_predictor

    if str(path).endswith(".tflite"):
        from tfgan_compress.tflite import TFLiteModel

        model = TFLiteModel.load(path, threads=threads)
        return tflite_predictor(model), model.contract["image_size"]
    from tfgan_compress.cli.loading import image_size_of, load_generator

    model = load_generator(path)
    return keras_predictor(model), image_size_of(model)
