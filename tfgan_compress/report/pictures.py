"""Faces side by side: tables of pictures for the report, and contact sheets as PNG."""

import base64
import dataclasses
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP = 4
_HEAD = 18
_MARGIN = 96


@dataclasses.dataclass(frozen=True)
class Pictures:
    """One table of pictures of the report: a row per view, a column per model.

    Attributes:
        title: Heading of its section.
        columns: `{title: (N, S, S, 3)}` in [-1, 1], e.g. profile, teacher, student, truth.
        yaws: `(N,)` degrees; rows are grouped by them.
        labels: `(N,)` names of the people, read out by screen readers.
        captions: `{column: (N,) texts}` shown below the pictures; see `verdict_captions`.
        note: A sentence above the table.
    """

    title: str
    columns: dict
    yaws: tuple
    labels: tuple
    captions: dict = dataclasses.field(default_factory=dict)
    note: str = ""

    def __post_init__(self):
        counts = {title: len(images) for title, images in self.columns.items()}
        counts |= {"yaws": len(self.yaws), "labels": len(self.labels)}
        counts |= {f"captions of {title}": len(texts) for title, texts in self.captions.items()}
        if len(set(counts.values())) != 1 or not all(counts.values()):
            raise ValueError(
                f"All columns must have a picture for each row, at least one. Received: {counts}."
            )


def compare(title, batch, predictors, *, evaluator=None, judge="faceres", note="", name="person"):
    """Returns the `Pictures` of views, what each model makes of them, and the truth.

    Args:
        title: Heading.
        batch: Views, e.g. of `Evaluator.sample`. Those that were mirrored are turned back.
        predictors: `{column: predict}`; see `evaluate.keras_predictor`.
        evaluator: The `Evaluator` of the batch's source, to note below each picture what `judge`
            says of it.
        judge: One of the evaluator's judges.
        note: A sentence above the table.
        name: What a person is called.

    Raises:
        ValueError: If one of the pictures is private: reports travel.
    """
    if np.any(batch.get("private", False)):
        raise ValueError(
            "Pictures that are private must not be shown; `Evaluator.sample` leaves them out. "
            f"Received: {int(np.sum(batch['private']))} private ones."
        )
    made = {column: np.asarray(predict(batch)) for column, predict in predictors.items()}
    columns = {"view": batch["input"], **made, "truth": batch["target"]}
    captions = {}
    if evaluator is not None:
        captions = {
            column: verdict_captions(evaluator.verdicts(images, batch)[judge])
            for column, images in columns.items()
            if column != "truth"
        }
        note += f" Below: ✓ if {judge} picks the right person from the gallery, and its cosine "
        note += "to the truth."
    flip = np.asarray(batch["mirrored"])[:, None, None, None]
    return Pictures(
        title,
        {column: np.where(flip, x[:, :, ::-1], x) for column, x in columns.items()},
        tuple(np.abs(np.asarray(batch["yaw"])).tolist()),
        tuple(f"{name} {identity + 1}" for identity in np.asarray(batch["identity"]).tolist()),
        captions,
        note.strip(),
    )


def verdict_captions(verdicts):
    """Returns captions such as "✓ 0.82" from one judge's verdicts, `{"hit", "cosine"}`."""
    pairs = zip(verdicts["hit"], verdicts["cosine"], strict=True)
    return [f"{'✓' if hit else '✗'} {cosine:.2f}" for hit, cosine in pairs]


def picture_grid(columns, row_labels):
    """Returns a contact sheet as the bytes of a PNG.

    Args:
        columns: `{title: (N, S, S, 3)}` in [-1, 1].
        row_labels: `(N,)` texts at the left.
    """
    arrays = {title: _pixels(images) for title, images in columns.items()}
    rows, side = len(row_labels), next(iter(arrays.values())).shape[1]
    wrong = {title: a.shape for title, a in arrays.items() if a.shape != (rows, side, side, 3)}
    if wrong:
        raise ValueError(
            f"Each column must have {rows} pictures, one a label, of {side}x{side} pixels. "
            f"Received: {wrong}."
        )
    size = (_MARGIN + len(arrays) * (side + _GAP), _HEAD + rows * (side + _GAP))
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for column, (title, images) in enumerate(arrays.items()):
        left = _MARGIN + column * (side + _GAP)
        draw.text((left, 2), title, fill="black", font=font)
        for row, image in enumerate(images):
            sheet.paste(Image.fromarray(image), (left, _HEAD + row * (side + _GAP)))
    for row, label in enumerate(row_labels):
        middle = _HEAD + row * (side + _GAP) + side // 2
        draw.text((2, middle), str(label), fill="black", font=font, anchor="lm")
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def data_url(image):
    """Returns an `(S, S, 3)` image in [-1, 1] as a JPEG in a data URL."""
    stream = io.BytesIO()
    Image.fromarray(_pixels(image)).save(stream, "JPEG", quality=90, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"


def _pixels(images):
    images = np.asarray(images, np.float32)
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)
