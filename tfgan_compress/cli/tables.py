"""`tfgan-compress tables`: the four tables of Wei et al. 2021, of any models and data."""

from tfgan_compress.cli.sources import add_data_options, add_judges, open_data

HELP = "make the paper's four tables of your models and data, its own figures beside"
VARIANTS = ("float32", "int8")
TITLES = {"frll": "London Set", "multipie": "Multi-PIE", "caspeal": "CAS-PEAL-R1"}

EPILOG = """\
Writes OUT/tables.md, tables.html and a CSV file a table: rank-1 by yaw, rank-1 by pitch and yaw,
parameters and MACs, memory and latency. Table 2 takes the data that have several pitches. Latency
is that of the float32 files, of int8 where the student has one, and of Keras on a GPU where there
is one; close other programs first.

examples:
  tfgan-compress faces --render unseen --preset evaluation --identities 20 --seed 100000 --size 64
  tfgan-compress tables --data unseen --models demo_teacher demo_student
  tfgan-compress tables --data multipie:PATH caspeal:PATH --models T S --cache aligned
  tfgan-compress tables --data multipie:PATH --models T S --judges my_lightcnn    as the paper's"""


def add_arguments(parser):
    """Adds the options of `tables`."""
    parser.epilog = EPILOG
    add_data_options(parser, several=True)
    parser.add_argument(
        "--models",
        required=True,
        nargs="+",
        metavar="MODEL",
        help="teacher and student, or several such pairs: folders or names of shipped models",
    )
    parser.add_argument("-o", "--out", default="tables", metavar="DIR", help="default: tables/")
    add_judges(parser, nargs="+")
    parser.add_argument("--no-speed", action="store_true", help="leave Table 4 out")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    parser.add_argument("--warmup", type=int, default=100, help="runs before the clock starts")
    parser.add_argument("--runs", type=int, default=100, help="timed runs (default: 100)")


def run(arguments):
    """Measures, writes the tables and prints them."""
    from pathlib import Path

    from tfgan_compress.report import tables
    from tfgan_compress.report.content import judges_of

    models = _load(arguments.models)
    evaluations, calibration = _evaluate(models, arguments)
    entries = [_entry(name, model) for name, model in models.items()]
    pairs = list(zip(entries[::2], entries[1::2], strict=True))
    judges = judges_of(next(iter(next(iter(evaluations.values())).values())))
    made = [tables.rank1_by_angle(evaluations, judge) for judge in judges]
    made += [tables.rank1_by_pose(evaluations, judge) for judge in judges]
    made.append(tables.costs(pairs))
    if not arguments.no_speed:
        for entry, (name, model) in zip(entries, models.items(), strict=True):
            entry |= _speed(name, model, calibration, arguments)
        made.append(tables.speed(pairs))
    page = tables.write_tables(arguments.out, made)
    print((Path(arguments.out) / "tables.md").read_text(encoding="utf-8"))
    print(page)
    return 0


def _load(names):
    """Returns `{name: Keras model}`."""
    from tfgan_compress.cli.loading import image_size_of, load_generator

    if len(names) % 2 or len(set(map(_label, names))) != len(names):
        raise ValueError(
            "--models must be pairs of a teacher and its student, whose folders all have different "
            f"names. Received: {names}."
        )
    models = {name: load_generator(name) for name in names}
    sizes = {name: image_size_of(model) for name, model in models.items()}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"All models must take pictures of one size. Received: {sizes}.")
    return models


def _evaluate(models, arguments):
    """Returns `({data: {model: evaluation}}, batches to check files with)`."""
    import itertools

    from tfgan_compress.cli.loading import image_size_of
    from tfgan_compress.data.batches import batches
    from tfgan_compress.evaluate import Evaluator, keras_predictor

    image_size = image_size_of(next(iter(models.values())))
    evaluations, calibration = {}, []
    for name in arguments.data:
        source, gallery = open_data(name, image_size, arguments)
        one_by_one = batches(source, batch_size=1, seed=0, shuffle=True)
        calibration = calibration or list(itertools.islice(one_by_one, 8))
        evaluator = Evaluator(
            source, judges=tuple(arguments.judges), gallery_source=gallery, progress=True
        )
        title = _title(name, source, evaluator)
        if title in evaluations:
            raise ValueError(f"--data must be of different names. Received {title!r} twice.")
        evaluations[title] = {
            "unprocessed view": evaluator.unprocessed(),
            **{_label(n): evaluator(keras_predictor(model)) for n, model in models.items()},
        }
    return evaluations, calibration


def _label(name):
    """What a model is called in a table, which travels; its maker's folders do not."""
    from pathlib import Path

    return Path(name).stem


def _title(name, source, evaluator):
    kind = name.partition(":")[0]
    people, gallery = len(set(source.record_identities.tolist())), len(evaluator.gallery_identities)
    called = TITLES.get(kind) or f"rendered faces ({_label(name)})"
    among = "" if people == gallery else f" among {gallery}"
    return f"{called}, {people} people{among}"


def _entry(name, model):
    from tfgan_compress.report import model_entry

    return {**model_entry(model), "name": _label(name)}


def _speed(name, model, calibration, arguments):
    """Returns what Table 4 needs of one model."""
    from tfgan_compress.benchmark import benchmark, gpu, keras_latency

    clock = {"warmup": arguments.warmup, "runs": arguments.runs}
    files = _files(name, model, calibration, arguments.out)
    exports = {
        variant: benchmark(path, threads=arguments.threads, **clock)
        for variant, path in files.items()
    }
    found = gpu()
    if found is None:
        return {"exports": exports}
    return {"exports": exports, "gpu": found, "gpu_ms": keras_latency(model, **clock)["mean"]}


def _files(name, model, calibration, out):
    """Returns `{variant: path}`: the files beside a model, its float32 file made if it has none."""
    from pathlib import Path

    from tfgan_compress.export import export
    from tfgan_compress.shipped import find_model

    found = {}
    if not Path(name).is_file():
        paths = {variant: find_model(name) / variant / "model.tflite" for variant in VARIANTS}
        found = {variant: path for variant, path in paths.items() if path.is_file()}
    if "float32" not in found:
        folder = Path(out) / "files" / _label(name)
        made = export(
            model, folder, name=_label(name), variants=("float32",), calibration=calibration,
            enforce=False,
        )  # fmt: skip
        found = {"float32": made["float32"].path, **found}
    return found
