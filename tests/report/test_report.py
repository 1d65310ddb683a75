import html.parser
import io
import re

import numpy as np
import pytest
from PIL import Image

from tests.report.content import content, faces
from tfgan_compress.files import read_json
from tfgan_compress.report import Pictures, compare, picture_grid, read_log, write_report


class Reader(html.parser.HTMLParser):
    """Notes headings, every address, and elements that are not closed."""

    void = frozenset({"meta", "img", "br", "link", "input"})

    def __init__(self):
        super().__init__()
        self.addresses, self.open, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.addresses += [values[k] for k in ("src", "href", "xlink:href") if k in values]
        self.ids += [values["id"]] if "id" in values else []
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def pictures():
    columns = {"view": faces(), "teacher": -faces(), "truth": faces()}
    return Pictures(
        "Faces", columns, (90, 30, 90, 30), ("Ann", "Ann", "Bea", "Bea"), note="One <note>."
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = write_report(tmp_path_factory.mktemp("report"), content(), [pictures()])
    return path, path.read_text(encoding="utf-8")


def test_the_page_needs_no_other_file(page):
    reader = Reader()
    reader.feed(page[1])
    assert not reader.open
    assert all(address.startswith(("data:", "#")) for address in reader.addresses)
    assert "url(http" not in page[1] and "@import" not in page[1]
    assert len(set(reader.ids)) == len(reader.ids)


def test_the_page_has_every_section(page):
    titles = re.findall(r"<h2>(.*?)</h2>", page[1])
    assert titles[0] == "Faces"
    assert {"Real people", "What it costs", "Goals", "Search", "Ablation", "Channels"} < {*titles}


def test_text_is_escaped(page):
    assert "Made-up figures &lt;of a test&gt;" in page[1]
    assert "One &lt;note&gt;." in page[1]


def test_plots_take_their_ink_from_the_page(page):
    assert page[1].count("<svg") == 5
    assert "currentColor" in page[1] and "#010203" not in page[1]


def test_report_json_has_ratios_and_targets(page):
    stored = read_json(page[0].parent / "report.json")
    assert {"teacher", "student", "ratios", "exports", "search", "targets"} <= set(stored)
    assert stored["ratios"]["macs_true"] > 20


def test_a_report_can_be_written_from_its_own_json(page, tmp_path):
    again = write_report(tmp_path, read_json(page[0].parent / "report.json"), [pictures()])
    assert again.read_text(encoding="utf-8") == page[1]


def test_a_report_of_almost_nothing_says_so(tmp_path):
    bare = {"teacher": {"params": 10}, "student": {"params": 5}, "exports": {}}
    text = write_report(tmp_path, bare).read_text(encoding="utf-8")
    assert "not measured" in text and "Search</h2>" not in text


def test_a_report_without_student_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"Missing: \['student'\]"):
        write_report(tmp_path, {"teacher": {}, "exports": {}})


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="a picture for each row"):
        Pictures("x", {"view": faces(2)}, (0, 0), ("Ann",))


def test_compare_turns_mirrored_views_back():
    images = faces(2)
    batch = {
        "input": images,
        "target": images,
        "mirrored": np.array([True, False]),
        "yaw": np.array([90.0, 30.0]),
        "identity": np.array([0, 4]),
    }
    made = compare("Faces", batch, {"same": lambda b: b["input"]})
    np.testing.assert_array_equal(made.columns["same"][0], images[0][:, ::-1])
    np.testing.assert_array_equal(made.columns["view"][1], images[1])
    assert made.labels == ("person 1", "person 5")


def test_private_pictures_are_not_compared():
    batch = {"input": faces(2), "target": faces(2), "private": np.array([False, True])}
    with pytest.raises(ValueError, match="Received: 1 private"):
        compare("Faces", batch, {})


def test_a_picture_grid_holds_the_pictures():
    images = faces(2)
    sheet = np.asarray(Image.open(io.BytesIO(picture_grid({"a": images, "b": images}, ["x", "y"]))))
    expected = np.rint((images[1] + 1) * 127.5)
    side, gap = 16, 4
    top, left = 18 + side + gap, 96 + side + gap
    np.testing.assert_allclose(sheet[top : top + side, left : left + side], expected, atol=0.5)


def test_a_picture_grid_without_a_label_for_each_row_is_refused():
    with pytest.raises(ValueError, match="one a label"):
        picture_grid({"a": faces(2)}, ["x"])


def test_a_resumed_log_counts_its_last_line(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,3.0\n1,2.0\n1,1.5\n2,nan\n", encoding="utf-8")
    assert read_log(path) == {"epoch": [0, 1, 2], "loss": [3.0, 1.5, None]}
    assert read_log(tmp_path / "none.csv") == {}


def test_page_of_a_student_made_before_speaks_of_no_search(tmp_path):
    found = content()
    assert "a supernet, searched and" in write_report(tmp_path, found, []).read_text("utf-8")
    found["search"] = None
    text = write_report(tmp_path, found, []).read_text("utf-8")
    assert "a student made before" in text and "searched" not in text
