"""Model cards: the `README.md` of a folder in `saved_models/`, made from a report's content.

After Mitchell et al. 2019, "Model Cards for Model Reporting": what the model is, its data and
licence, what was measured and how, what it is for, and where it fails.
"""

from pathlib import Path
from typing import Any

from tfgan_compress.files import atomic_path
from tfgan_compress.report.content import judges_of, mean_latency
from tfgan_compress.report.markdown import table
from tfgan_compress.report.numbers import count, decimal, megabytes, milliseconds, percent, setting
from tfgan_compress.tflite import sha256

CARD = "README.md"

SYNTHETIC = """\
Synthetic faces, rendered by this package (`tfgan-compress faces`). Head, features and expressions
come from MakeHuman's CC0 data; skin, hair, eyes, light and camera are computed. No photograph of
a person is in them."""

FRLL = """\
Real people: Lisa DeBruine and Benedict Jones (2017), Face Research Lab London Set,
doi 10.6084/m9.figshare.5047666, CC BY 4.0. The photographs were aligned and reduced in size, and
are not part of this repository. People were split by identity: those the figures are about were
not trained on."""

NO_PHOTOGRAPHS = "No photographs of people were trained on."

INTENDED = """\
Research on and teaching of GAN compression, and demonstrations of face frontalization on a phone,
with pictures of people who agree to it. The frontal image is a guess: at profile half of the face
is not in the picture, and what is shown there is invented.

Not for identifying people, surveillance, access control, evidence of any kind, or judging anybody
by their face. Do not pass a frontal image on as a photograph."""

CONSENT = """\
The synthetic people do not exist. The people of the London Set agreed to the use of their
pictures in research. Whether they thought of networks like this one is not known: treat what the
model makes of them with the same care as their photographs."""

NO_CONSENT_NEEDED = "The synthetic people do not exist, so nobody had to be asked."

RANK1 = """\
Synthetic people never trained on, by yaw in degrees. Rank-1: the share of images whose person a
recognizer finds in a gallery of one frontal picture a person."""

LIMITS = """\
- The synthetic people's ancestry, age, sex, skin, hair and glasses are drawn within ranges set by
  eye; they are no sample of any population, and rarer looks are rarer in training.
- Nothing was measured by skin colour, age or sex: the figures above may hold for none of these
  groups alone.
- Faces come out smoother and more average than they are: expressions turn neutral, and scars,
  moles, make-up, head coverings, glasses and hands are lost or distorted.
- Alignment counts: landmarks that are off by more than a few pixels spoil the result. Pitch beyond
  15 degrees, yaw beyond 90, strong occlusion and several faces in one crop were not trained on.
- Rank-1 depends on the judge, and every recognizer has biases of its own."""

FEW_REAL = "- The real people were few, all adults, and photographed in one studio."


def write_model_card(directory, content, role, *, title, command, real_data, about=""):
    """Writes the card of the model in `directory`, whose files it lists.

    Args:
        directory: The model's folder; its files have to be there already.
        content: The run's report content; see `content`.
        role: "teacher" or "student".
        title: Heading.
        command: The command that makes the model again.
        real_data: Whether photographs of the London Set were trained on.
        about: One or two sentences on what the model is.

    Returns:
        Path of the card.

    Raises:
        ValueError: If there is no such role.
        FileNotFoundError: If the folder holds no files.
    """
    if role not in ("teacher", "student"):
        raise ValueError(f"role must be teacher or student. Received: {role!r}.")
    directory = Path(directory)
    parts = [
        f"# {title}",
        about,
        _counts(content[role]),
        *_heading("Data and licence", SYNTHETIC, FRLL if real_data else NO_PHOTOGRAPHS),
        "Weights and files: Apache-2.0, like the package.",
        *_heading("Quality", *_quality(content, role)),
        *_heading("Cost", *_cost(content, role)),
        *_heading("Intended use", INTENDED),
        *_heading("Consent", CONSENT if real_data else NO_CONSENT_NEEDED),
        *_heading("Limits and bias", f"{LIMITS}\n{FEW_REAL}" if real_data else LIMITS),
        *_heading(
            "How it was made", f"```\n{command}\n```", _settings(content.get("recipe") or {})
        ),
        *_heading("Files", _files(directory)),
    ]
    with atomic_path(directory / CARD) as temporary:
        temporary.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")
    return directory / CARD


def _heading(title, *parts):
    parts = [part for part in parts if part]
    return [f"## {title}", *parts] if parts else []


def _counts(model):
    return (
        f"{model['params']:,} parameters; {count(model['macs_true'])} MACs, in the convention of "
        f"papers on GAN compression {count(model['macs_paper'])}."
    )


def _quality(content, role):
    """Tables by yaw for people never trained on, synthetic and real."""
    models = {"unprocessed view": content.get("unprocessed"), role: content[role].get("evaluation")}
    if role == "student":
        models["teacher"] = content["teacher"].get("evaluation")
        models |= {f"`{name}`": e.get("evaluation") for name, e in content["exports"].items()}
    yield RANK1
    yield from _evaluations(models)
    real = content.get("real") or {}
    models = {"unprocessed view": real.get("unprocessed"), role: real.get(role)}
    tables = list(_evaluations(models))
    if tables:
        yield f"{real.get('people', '')} real people never trained on".lstrip().capitalize() + (
            f", looked for among {real['gallery']}:" if real.get("gallery") else ":"
        )
        yield from tables


def _evaluations(models):
    models = {name: evaluation for name, evaluation in models.items() if evaluation}
    if not models:
        return
    keys: dict[str, Any] = {"ssim": ("SSIM", decimal)}
    for judge in judges_of(next(iter(models.values()))):
        keys[f"rank1_{judge}"] = (f"Rank-1, {judge}", percent)
    yaws = sorted({yaw for e in models.values() for yaw in e["by_yaw"]}, key=int)
    for key, (title, form) in keys.items():
        rows = [
            [name, *(form(e["by_yaw"].get(y, {}).get(key)) for y in yaws), form(e["overall"][key])]
            for name, e in models.items()
        ]
        yield table([title, *yaws, "all"], rows)


def _cost(content, role):
    """Table of the files, and the device they were measured on."""
    exports = content["exports"]
    if role == "teacher":
        whole = content["teacher"].get("export")
        exports = {"float32": whole} if whole else {}
    measured = {name: export for name, export in exports.items() if export.get("latency_ms")}
    if not measured:
        return
    rows = []
    for name, export in measured.items():
        gates = export.get("gates") or {}
        rows.append(
            [
                name,
                megabytes(export["bytes"]),
                milliseconds(mean_latency(export)),
                milliseconds(export["latency_ms"]["p95"]),
                megabytes((export.get("memory_bytes") or {}).get("growth")),
                decimal((gates.get("quality") or {}).get("psnr"), 1),
            ]
        )
    yield table(["file", "size", "latency, mean", "p95", "memory", "PSNR to float, dB"], rows)
    first = next(iter(measured.values()))
    yield (
        f"Batch 1, {first['threads']} thread, 100 runs to warm up and 100 timed, on: "
        f"{first['device']}. Memory is what the model adds to a process at its peak."
    )


def _settings(recipe):
    rows = [[f"`{key}`", setting(value)] for key, value in recipe.items()]
    return table(["setting", "value"], rows) if rows else ""


def _files(directory):
    paths = sorted(p for p in directory.rglob("*") if p.is_file() and p.name != CARD)
    if not paths:
        raise FileNotFoundError(f"Save the model in {directory} before its card is written.")
    rows = []
    for path in paths:
        content = path.read_bytes()
        name = path.relative_to(directory).as_posix()
        rows.append([f"`{name}`", f"{len(content):,}", f"`{sha256(content)}`"])
    return table(["file", "bytes", "sha256"], rows)
