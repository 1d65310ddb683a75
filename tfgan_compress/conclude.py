"""The last chapter: export the student, measure everything, write the report."""

import dataclasses
import itertools

import keras

from tfgan_compress.benchmark import benchmark
from tfgan_compress.compress import compress
from tfgan_compress.data.augment import Augmentation
from tfgan_compress.data.batches import batches
from tfgan_compress.evaluate import Evaluator, keras_predictor, tflite_predictor
from tfgan_compress.export import export
from tfgan_compress.files import read_json, write_json
from tfgan_compress.report import compare, export_entry, model_entry, read_log, write_report
from tfgan_compress.report.content import FRLL_CREDIT
from tfgan_compress.tflite import TFLiteModel
from tfgan_compress.training.architectures import find_architecture

CALIBRATION_IMAGES = 64
PHASES = ("coarse", "pixel", "adversarial", "frontal")
STAGES = (*(f"teacher/{phase}" for phase in PHASES), "supernet", "student", "uniform", "quantized")


def conclude(run, compressed, *, ablation=(), demo=None):
    """Writes the student's files, `report.json` and `report.html`; returns the page's path.

    Args:
        run: The `run.Run` that made the models.
        compressed: What `compress.compress` returned for it.
        ablation: Rows of the ablation table.
        demo: Function that returns `minutes` and `peak_memory_bytes`, of a demo.
    """
    if run.recipe.dtype != "float32":
        # Files are made of float32 models: load them anew.
        keras.config.set_dtype_policy("float32")
        compressed = compress(run, uniform=compressed.uniform is not None)
    data, teacher, student = compressed.data, compressed.teacher, compressed.student
    files, whole = _export(run, data, teacher, student)
    evaluator = Evaluator(data.test)
    predictors = {"teacher": keras_predictor(teacher), "student": keras_predictor(student)}
    made = {
        variant: tflite_predictor(TFLiteModel.load(file.path)) for variant, file in files.items()
    }
    title = find_architecture(run.recipe.architecture).title
    content = {
        "title": f"{title}, compressed: {run.recipe.name}",
        "unprocessed": evaluator.unprocessed(),
        "teacher": model_entry(
            teacher,
            evaluation=evaluator(predictors["teacher"]),
            export=export_entry(whole, _measured(run, whole)),
        ),
        "student": model_entry(student, evaluation=evaluator(predictors["student"])),
        "exports": {
            variant: export_entry(file, _measured(run, file), evaluation=evaluator(made[variant]))
            for variant, file in files.items()
        },
        "search": compressed.found and compressed.found.to_dict(),
        "scores": read_json(run.directory / "student" / "scores.json"),
        "recipe": _settings(run.recipe),
        "curves": {stage: read_log(run.directory / stage / "log.csv") for stage in STAGES},
        "ablation": list(ablation),
    }
    if compressed.uniform is not None:
        evaluation = evaluator(keras_predictor(compressed.uniform))
        content["uniform"] = model_entry(compressed.uniform, evaluation=evaluation)
    if demo is not None:
        content["demo"] = demo()
    shown = predictors | {"int8 student": made["int8"]}
    pictures = []
    if evaluator.showable:
        batch = evaluator.sample((30, 60, 90), people=6)
        pictures.append(compare("Faces", batch, shown, evaluator=evaluator, judge="faceres"))
    if data.real is not None:
        content["real"], real_pictures = _real(data, shown)
        pictures.append(real_pictures)
    return write_report(run.directory, content, pictures)


def _settings(recipe):
    """The recipe without folders: a report travels, and its maker's machine does not."""
    kind, _, _ = recipe.data.partition(":")
    given = {key: bool(getattr(recipe, key)) for key in ("frll", "wild")}
    return dataclasses.asdict(recipe) | given | {"data": kind}


def _export(run, data, teacher, student):
    """Returns `({variant: ExportedFile}, the teacher's float32 file)`."""
    r = run.recipe
    one_by_one = batches(
        data.train, batch_size=1, seed=r.seed, shuffle=True, augment=Augmentation()
    )
    calibration = list(itertools.islice(one_by_one, CALIBRATION_IMAGES))
    # A figure below a floor is for the report to tell; it does not undo hours of training.
    settings = {"calibration": calibration, "enforce": False, "floors": {"int8": r.int8_psnr}}
    twin = run.quantized(data, student) if r.qat_epochs else None
    files = export(
        student, run.directory / "export", name=f"{r.name}_student", int8=twin, **settings
    )
    whole = export(
        teacher,
        run.directory / "export_teacher",
        name=f"{r.name}_teacher",
        variants=("float32",),
        **settings,
    )
    return files, whole["float32"]


def _measured(run, file):
    """The benchmark of a file; kept beside the report, because it costs 200 runs of a teacher."""
    path = run.directory / "benchmarks" / f"{file.contract['name']}_{file.variant}.json"
    if path.exists() and (stored := read_json(path))["sha256"] == file.contract["sha256"]:
        return stored["measured"]
    measured = benchmark(file.path)
    write_json(path, {"sha256": file.contract["sha256"], "measured": measured})
    return measured


def _real(data, predictors):
    """Evaluation and pictures of the held-out real people, against a gallery of everybody."""
    evaluator = Evaluator(data.real, gallery_source=data.gallery)
    people = len(set(data.real.record_identities.tolist()))
    content = {
        "people": people,
        "gallery": len(set(data.gallery.record_identities.tolist())),
        "source": FRLL_CREDIT,
        "unprocessed": evaluator.unprocessed(),
    }
    content |= {name: evaluator(predict) for name, predict in predictors.items()}
    batch = evaluator.sample((35, 90))
    title = "Faces of real people"
    return content, compare(title, batch, predictors, evaluator=evaluator, judge="resnet29")
