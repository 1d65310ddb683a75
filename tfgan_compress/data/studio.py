"""Rendered people in the poses of the London Set, to be made one with its people; `data.morphs`."""

from tfgan_compress.data import frll
from tfgan_compress.data.faces import render_set
from tfgan_compress.data.records import mirror_record


class Studio:
    """Source of rendered people, ten records each, as shot and with the `view` of `data.frll`.

    Args:
        folder: Of the rendered set; what is missing is rendered.
        people: Seeds.
        image_size: Side of the pictures.
    """

    def __init__(self, folder, people, *, image_size):
        self._faces = render_set(folder, people, preset="london", image_size=image_size)
        self._views = tuple(frll.VIEWS)
        self.record_identities = self._faces.record_identities

    def __len__(self):
        return len(self._faces)

    def __getitem__(self, index):
        record = self._faces[index]
        record = mirror_record(record) if record["mirrored"] else record
        return {**record, "view": self._views[index % len(self._views)]}
