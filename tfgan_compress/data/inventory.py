"""What a licensed set of photographs holds on this disk, found without opening a picture.

Copies of a set that cannot be downloaded freely are often incomplete. An inventory says what is
there, what is missing and who trains, and then loads it; `multipie` and `caspeal` make one.
"""

import collections
import dataclasses
import os
from pathlib import Path

from tfgan_compress.data import aligned, splits

PARTS = ("train", "test")
SHOWN = 20
"""Lines of a kind that a description shows."""


@dataclasses.dataclass(frozen=True)
class Inventory:
    """The usable pictures of a set, and who of its people trains.

    Attributes:
        title: The set and the protocol.
        where: Its folder.
        rows: Records as `aligned.load_records` takes them; all have `yaw`.
        train, test: Identities, sorted; nobody is in both.
        problems: What has to be mended before anything is loaded.
        missing: What the whole set has and this copy has not; it is done without.
        notes: What else there is to say.
    """

    title: str
    where: str
    rows: tuple
    train: tuple
    test: tuple
    problems: tuple = ()
    missing: tuple = ()
    notes: tuple = ()

    def load(self, part, *, image_size, landmarker=None, cache=None):
        """Returns the records of one part's people as an `aligned.AlignedPairs`.

        Args:
            part: "train" or "test".
            image_size: Side of the aligned images.
            landmarker: See `aligned.align_pictures`.
            cache: See `aligned.align_pictures`; a whole set needs one.

        Raises:
            ValueError: Listing all `problems`, or all pictures that cannot be aligned.
        """
        if part not in PARTS:
            raise ValueError(f"part must be one of {PARTS}. Received: {part!r}.")
        aligned.raise_problems(self.problems, where=self.where)
        return aligned.load_records(
            self.of(part), image_size=image_size, landmarker=landmarker, cache=cache
        )

    def of(self, part):
        """Returns the rows of one part's people."""
        people = set(getattr(self, part))
        return [row for row in self.rows if row["identity"] in people]

    def describe(self):
        """Returns all of it as text."""
        people = {row["identity"] for row in self.rows}
        lines = [
            f"{self.title}, in {self.where}",
            f"{len(people)} people, {len(self.rows)} usable pictures",
            *self.notes,
            "",
            *_angles(self.rows),
            "",
            *(self._part(part) for part in PARTS),
            *_listing("missing, done without", self.missing),
            *_listing("to be mended first", self.problems),
        ]
        return "\n".join(lines)

    def _part(self, part):
        people, rows = getattr(self, part), self.of(part)
        if not people:
            return f"{part}: nobody"
        gallery = sum(bool(row.get("gallery")) for row in rows)
        text = f"{part}: {len(people)} people ({people[0]}..{people[-1]}), {len(rows)} pictures"
        if part == "train":
            return text
        return f"{text}: {gallery} in the gallery, {len(rows) - gallery} probes"


def split_first(people, train):
    """Returns `(train, test, problems)`: `splits.first_identities`, or everybody and why not."""
    people = tuple(sorted(set(people)))
    try:
        return *splits.first_identities(people, train), []
    except ValueError as error:
        return people, (), [f"{error} Choose with train_people."]


def folders(path):
    """Returns the folders in `path` as `os.DirEntry`s, sorted; none if it is no folder itself."""
    path = Path(path)
    entries = os.scandir(path) if path.is_dir() else ()
    return sorted((entry for entry in entries if entry.is_dir()), key=lambda entry: entry.name)


def ranges(numbers):
    """Returns sorted numbers as text such as `00-03, 07`."""
    groups = []
    for number in numbers:
        if groups and groups[-1][1] == number - 1:
            groups[-1][1] = number
        else:
            groups.append([number, number])
    return ", ".join(f"{a:02d}" if a == b else f"{a:02d}-{b:02d}" for a, b in groups)


def _angles(rows):
    """A table of how many pictures there are of each yaw, and pitch where there are several."""
    counts = collections.Counter((row.get("pitch", 0.0), row["yaw"]) for row in rows)
    pitches, yaws = (sorted({key[i] for key in counts}) for i in (0, 1))
    titles = ["pictures"] if len(pitches) < 2 else [f"pitch {pitch:+.0f}" for pitch in pitches]
    yield f"{'yaw':>5}" + "".join(f"{title:>11}" for title in titles)
    for yaw in yaws:
        yield f"{yaw:>+5.0f}" + "".join(f"{counts[pitch, yaw]:>11}" for pitch in pitches)


def _listing(title, lines):
    if not lines:
        return []
    more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return ["", f"{title} ({len(lines)}):", *(f"- {line}" for line in lines[:SHOWN]), *more]
