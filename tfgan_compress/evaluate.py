"""How well a frontalizer does on people it has never seen: quality and identity, by yaw.

For every yaw: PSNR and SSIM against the true frontal view, and what face recognizers say: the
cosine similarity to the truth, and rank-1 in a gallery of one frontal picture a person. The
unprocessed view is measured alike: a frontal image that is recognised less often than the view it
was made from is no gain. Left out: latency, memory and size, which are `benchmark`'s.
"""

import collections
import hashlib
from pathlib import Path

import numpy as np
from keras import ops

from tfgan_compress import metrics
from tfgan_compress.data import batches, records, splits
from tfgan_compress.data.gallery import gallery_pictures
from tfgan_compress.recognizers import load_recognizer

JUDGES = ("resnet29", "faceres")


def evaluate_images(predict, source, *, judges=JUDGES, batch_size=8, gallery=None):
    """Returns `{"input": evaluation, "output": evaluation}`; see `Evaluator`.

    Args:
        predict: `predict(batch) -> (B, S, S, 3)` in [-1, 1]; see `keras_predictor`.
        source: Source of records of unseen people.
        judges: Recognizers to ask; see `Evaluator`.
        batch_size: Views predicted at a time.
        gallery: Source of the gallery's people; `source` itself by default.
    """
    evaluator = Evaluator(source, judges=judges, gallery_source=gallery, batch_size=batch_size)
    return {"input": evaluator.unprocessed(), "output": evaluator(predict)}


class Evaluator:
    """Evaluates any number of models on one source; what the source shows is embedded once.

    An evaluation is `{"overall": row, "by_yaw": {"30": row, ...}}`; of a source with several
    pitches also `"by_pitch": {"-15": {"overall": row, "by_yaw": ...}, ...}`. A row is a dict of
    `count`, `psnr`, `ssim`, and for each judge `cosine_<judge>` (to the truth) and `rank1_<judge>`
    (a share, 0..1). Yaws are absolute; angles are whole degrees as they are where there are few of
    them, else in steps of 15. A view that is itself its person's gallery picture is no probe and
    does not count for rank-1; a row without probes has None.

    Args:
        source: Source of records, each with `target`.
        judges: Names or folders of recognizers (see `recognizers.load_recognizer`), a folder's
            last part being its name here; or `{name: callable}` from images to embeddings.
        gallery_source: Whose people form the gallery. `source` is a `Selection` of it, or numbers
            its people alike. `source` itself by default.
        batch_size: Views predicted at a time.
        progress: Whether to show a bar.
    """

    def __init__(self, source, *, judges=JUDGES, gallery_source=None, batch_size=8, progress=False):
        if not len(source):
            raise ValueError("An evaluation needs at least one record. Received: an empty source.")
        self.source, self._batch_size, self._progress = source, batch_size, progress
        self.image_size = int(np.shape(source[0]["input"])[0])
        self._judges = {
            name: _Judge(model) for name, model in _models(judges, self.image_size).items()
        }
        pictures, self.gallery_identities = gallery_pictures(gallery_source or source)
        self._gallery = {name: judge.remembered(pictures) for name, judge in self._judges.items()}
        own = {int(i): _digest(p) for i, p in zip(self.gallery_identities, pictures, strict=True)}
        self._numbers = None
        if gallery_source is not None and isinstance(source, splits.Selection):
            self._numbers = np.asarray(source.identities)
        self._read(own)

    def __call__(self, predict):
        """Returns the evaluation of `predict`, a function from a batch to images in [-1, 1]."""
        return self._evaluate(predict, lambda judge, images: judge(images))

    def unprocessed(self):
        """Returns the evaluation of the views as they are, the bar to clear."""
        return self._evaluate(
            lambda batch: batch["input"], lambda judge, images: judge.remembered(images)
        )

    @property
    def showable(self):
        """Whether the source has pictures that others may see."""
        return not self._private.all()

    def sample(self, yaws, *, people=None):
        """Returns a batch of views to show: person by person, one at each of `yaws` they have.

        Private pictures are left out.

        Args:
            yaws: Absolute degrees, as in the evaluation's `by_yaw`.
            people: Identities of the source, or how many of the first; all by default.
        """
        known = np.unique(self.identities[~self._private])
        chosen = known[:people] if people is None or isinstance(people, int) else people
        places = [
            np.flatnonzero((self.identities == person) & (self.yaw_groups == yaw) & ~self._private)
            for person in chosen
            for yaw in yaws
        ]
        rows = [records.finish_record(self.source[int(found[0])]) for found in places if len(found)]
        if not rows:
            raise ValueError(
                f"yaws must be among {np.unique(self.yaw_groups).tolist()}, of pictures that may "
                f"be shown ({int((~self._private).sum())} of {len(self._private)}). "
                f"Received: {yaws}."
            )
        return {name: np.stack([row[name] for row in rows]) for name in rows[0]}

    def verdicts(self, images, batch):
        """Returns what each judge says of `images`, made of a `batch` of the source.

        Returns:
            `{judge: {"hit": (B,) bool, "cosine": (B,)}}`: whether rank-1 is right, and the
            similarity to the truth.
        """
        images, targets = (_as_shot(x, batch["mirrored"]) for x in (images, batch["target"]))
        people = self._people(batch["identity"])
        verdicts = {}
        for name, judge in self._judges.items():
            found = judge(images)
            hits = metrics.rank1_hits(found, people, self._gallery[name], self.gallery_identities)
            verdicts[name] = {"hit": hits, "cosine": metrics.cosine(found, judge(targets))}
        return verdicts

    def _read(self, gallery_digests):
        """Goes through the source once: people, yaws, and which views are probes."""
        people, yaws, pitches, private, probes = [], [], [], [], []
        for batch in self._batches("views"):
            views = _as_shot(batch["input"], batch["mirrored"])
            people.append(np.asarray(batch["identity"]))
            yaws.append(np.abs(batch["yaw"]))
            pitches.append(batch["pitch"])
            private.append(np.asarray(batch["private"]))
            numbers = self._people(batch["identity"])
            probes += [
                _digest(view) != gallery_digests.get(int(person))
                for view, person in zip(views, numbers, strict=True)
            ]
        self.identities = np.concatenate(people)
        self.yaw_groups = metrics.angle_groups(np.concatenate(yaws))
        self._pitch_groups = metrics.angle_groups(np.concatenate(pitches))
        self._private, self._probes = np.concatenate(private), np.array(probes)

    def _evaluate(self, predict, embed):
        values = collections.defaultdict(list)
        for batch in self._batches("evaluate"):
            images = _checked(predict(batch), batch["target"])
            target = batch["target"]
            values["psnr"].append(ops.convert_to_numpy(metrics.psnr(images, target)))
            values["ssim"].append(ops.convert_to_numpy(metrics.ssim(images, target)))
            images, target = (_as_shot(x, batch["mirrored"]) for x in (images, target))
            people = self._people(batch["identity"])
            for name, judge in self._judges.items():
                found, truth = embed(judge, images), judge.remembered(target)
                gallery = self._gallery[name], self.gallery_identities
                values[f"cosine_{name}"].append(metrics.cosine(found, truth))
                values[f"rank1_{name}"].append(metrics.rank1_hits(found, people, *gallery))
        return self._summary({name: np.concatenate(parts) for name, parts in values.items()})

    def _summary(self, values):
        def row(chosen):
            means = {
                name: _mean(array[chosen & self._counts(name)]) for name, array in values.items()
            }
            return {"count": int(chosen.sum()), **means}

        def by_yaw(chosen):
            yaws = np.unique(self.yaw_groups[chosen])
            groups = {str(yaw): row(chosen & (self.yaw_groups == yaw)) for yaw in yaws}
            return {"overall": row(chosen), "by_yaw": groups}

        whole = by_yaw(np.ones(len(self.yaw_groups), bool))
        pitches = np.unique(self._pitch_groups)
        if len(pitches) > 1:
            whole["by_pitch"] = {str(p): by_yaw(self._pitch_groups == p) for p in pitches}
        return whole

    def _counts(self, name):
        """Which views count for the value `name`."""
        return self._probes if name.startswith("rank1") else np.ones_like(self._probes)

    def _people(self, identities):
        """The source's identities as the gallery numbers them."""
        identities = np.asarray(identities)
        return identities if self._numbers is None else self._numbers[identities]

    def _batches(self, what):
        from tqdm import tqdm

        served = batches.batches(self.source, batch_size=self._batch_size, seed=0, shuffle=False)
        total = -(-len(self.source) // self._batch_size)
        return tqdm(served, total=total, desc=what, unit="batch", disable=not self._progress)


def keras_predictor(model):
    """Returns `predict(batch)` of a generator in inference mode; its inputs are batch keys."""
    names = [tensor.name for tensor in model.inputs]

    def predict(batch):
        outputs = model.predict_on_batch({name: np.asarray(batch[name]) for name in names})
        return outputs["image"] if isinstance(outputs, dict) else outputs

    return predict


def tflite_predictor(model):
    """Returns `predict(batch)` of a `tflite.TFLiteModel`, which quantizes as its contract says."""
    return model


class _Judge:
    """A recognizer that remembers the pictures of the source, many of which are the same."""

    def __init__(self, model):
        self.model, self._known = model, {}

    def __call__(self, images):
        return metrics.embed(self.model, images)

    def remembered(self, images):
        keys = [_digest(image) for image in images]
        new = {key: i for i, key in enumerate(keys) if key not in self._known}
        if new:
            self._known |= dict(zip(new, self(images[list(new.values())]), strict=True))
        return np.stack([self._known[key] for key in keys])


def _models(judges, image_size):
    if isinstance(judges, dict):
        return judges
    names = [Path(judge).name for judge in judges]
    if len(set(names)) != len(names):
        raise ValueError(f"Judges must have different names, a folder its own. Received: {names}.")
    return {name: load_recognizer(j, image_size) for name, j in zip(names, judges, strict=True)}


def _digest(image):
    return hashlib.sha1(np.ascontiguousarray(image).tobytes()).digest()


def _as_shot(images, mirrored):
    """Undoes the mirroring of records: faces are not symmetric, and no gallery is mirrored."""
    images = np.asarray(images, np.float32)
    return np.where(np.asarray(mirrored)[:, None, None, None], images[:, :, ::-1], images)


def _checked(images, target):
    images = np.asarray(images, np.float32)
    if images.shape != target.shape or not np.isfinite(images).all():
        raise ValueError(
            f"predict(batch) must return finite images of the shape {target.shape}. Received: "
            f"{images.shape}, {int((~np.isfinite(images)).sum())} values not finite."
        )
    return images


def _mean(values):
    return float(np.mean(values)) if len(values) else None
