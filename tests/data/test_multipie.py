import numpy as np
import pytest
from PIL import Image

from tests.data import trees
from tfgan_compress.data import multipie
from tfgan_compress.data.gallery import gallery_pictures

LESS = {"train_people": 2}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return trees.lay_multipie(tmp_path_factory.mktemp("multipie"))


@pytest.fixture
def small(tmp_path):
    """A tree to break."""
    return trees.lay_multipie(tmp_path, people={"001": 11, "346": 14}, lights=(7,))


def test_people_are_split_by_the_order_of_the_ids_that_are_there(tree):
    found = multipie.scan_multipie(tree, **LESS)
    assert (found.train, found.test) == (("001", "002"), ("250", "346"))
    assert not found.problems


def test_each_record_has_the_frontal_picture_of_its_moment_and_light(tree):
    found = multipie.scan_multipie(tree, **LESS)
    assert len(found.rows) == 4 * 13 * 3
    for row in found.rows:
        name, light = row["name"].rsplit("_", 1)
        assert row["target"].path.stem == f"{name[:-4]}_051_{light}"
        assert int(light) == row["light"]


def test_elevated_cameras_are_left_out(tree):
    found = multipie.scan_multipie(tree, **LESS)
    assert sorted({row["yaw"] for row in found.rows}) == list(range(-90, 91, 15))
    assert "8 folders of elevated cameras" in found.describe()


def test_noses_point_to_the_side_that_the_camera_says(tree):
    source = multipie.scan_multipie(tree, **LESS).load("test", image_size=32)
    for record in (source[i] for i in range(len(source))):
        offset = record["landmarks"][2, 0] - record["landmarks"][:2, 0].mean()
        assert abs(record["yaw"]) < 30 or np.sign(offset) == np.sign(record["yaw"])
    assert source.identities == ("250", "346")


def test_records_hold_the_pictures_of_their_light(tree):
    source = multipie.scan_multipie(tree, **LESS).load("test", image_size=32)
    by_light = {}
    for record in (source[i] for i in range(len(source))):
        by_light.setdefault(record["light"], []).append(record["target"].mean())
    means = [np.mean(by_light[light]) for light in sorted(by_light)]
    assert means == sorted(means) and len(means) == 3


def test_the_setting_decides_which_moments_count(tmp_path):
    moments = ((1, 1), (2, 1), (2, 2), (4, 2))
    trees.lay_multipie(tmp_path, moments=moments, people={"001": 11, "002": 12}, lights=(7,))
    second = multipie.scan_multipie(tmp_path, train_people=1)
    assert {row["name"][4:9] for row in second.rows} == {"01_01", "02_01", "04_02"}
    assert "2 recordings that the setting does not use" in second.describe()
    first = multipie.scan_multipie(tmp_path, setting=1, train_people=1)
    assert {row["name"][4:9] for row in first.rows} == {"01_01"}


def test_the_gallery_is_of_the_first_session_and_the_frontal_light(tmp_path):
    people = {"001": 11, "002": 12}
    trees.lay_multipie(tmp_path, moments=((1, 1), (2, 1)), people=people)
    trees.shot(tmp_path, "002", 1, 1, "05_1", 7).unlink()

    def gallery(**options):
        rows = multipie.scan_multipie(tmp_path, train_people=1, **options).rows
        return [row["name"] for row in rows if row["gallery"]]

    assert gallery() == ["001_01_01_051_07", "002_02_01_051_07"]
    assert gallery(frontal_light=19) == ["001_01_01_051_19", "002_01_01_051_19"]
    # Nobody has been photographed under light 6.
    assert gallery(frontal_light=6) == ["001_01_01_051_00", "002_01_01_051_00"]


def test_the_evaluation_takes_the_gallery_of_the_set(tree):
    source = multipie.scan_multipie(tree, **LESS).load("test", image_size=32)
    pictures, identities = gallery_pictures(source)
    assert identities.tolist() == [0, 1]
    chosen = [source[i] for i in source.gallery_records]
    assert [record["name"] for record in chosen] == ["250_01_01_051_07", "346_01_01_051_07"]
    np.testing.assert_allclose((pictures[0] + 1) * 127.5, chosen[0]["input"], atol=1e-3)


def test_a_side_view_without_its_frontal_one_is_missing_not_used(tree, tmp_path):
    trees.lay_multipie(tmp_path, people={"001": 11, "346": 14}, lights=(7, 19))
    trees.shot(tmp_path, "001", 1, 1, "05_1", 19).unlink()
    trees.shot(tmp_path, "346", 1, 1, "24_0", 7).unlink()
    found = multipie.scan_multipie(tmp_path, train_people=1)
    assert len(found.rows) == 13 + 25
    lines = [line for line in found.missing if "recording" in line]
    text = "\n".join(lines)
    assert "05_1: lights 00-06, 08-19; its other pictures have no target there" in text
    assert "subject 346, session 1, recording 1: 24_0: lights 00-18" in text


def test_all_problems_are_listed_at_once(small):
    trees.shot(small, "001", 1, 1, "19_0", 7).write_bytes(b"")
    right = trees.shot(small, "346", 1, 1, "13_0", 7)
    right.rename(right.with_name("346_01_01_140_07.png"))
    with (small / multipie.LANDMARK_FILE).open("a") as file:
        file.write("001_01_01_051,1 2 3\n")
    found = multipie.scan_multipie(small)
    with pytest.raises(ValueError, match="4 problem") as error:
        found.load("train", image_size=32)
    parts = (
        "001_01_01_190_07.png is empty",
        "346_01_01_140_07.png: the name does not fit",
        "landmarks.csv, line 32: must be ten numbers",
        "The first 200 people",
    )
    assert [part for part in parts if part not in str(error.value)] == []


def test_a_camera_is_searched_for_a_face_once_and_in_the_frontal_light(tmp_path):
    trees.lay_multipie(tmp_path, people={"001": 11, "002": 12}, landmarks=False)
    asked = []

    def landmarker(image, yaw):
        asked.append((yaw, image.mean()))
        return trees.faces(11, tuple((0, y) for y in multipie.CAMERAS.values()))[0, yaw][1]

    found = multipie.scan_multipie(tmp_path, train_people=1)
    source = found.load("train", image_size=32, landmarker=landmarker, cache=tmp_path / "cache")
    assert sorted(yaw for yaw, _ in asked) == list(range(-90, 91, 15))
    frontal = Image.open(trees.shot(tmp_path, "001", 1, 1, "05_1", 7))
    assert dict(asked)[0.0] == pytest.approx(np.asarray(frontal).mean())
    again = found.load("train", image_size=32, landmarker=landmarker, cache=tmp_path / "cache")
    assert len(asked) == 13
    np.testing.assert_array_equal(again[5]["input"], source[5]["input"])


def test_a_landmark_file_may_name_single_pictures(small):
    lines = (small / multipie.LANDMARK_FILE).read_text().splitlines()
    lines = [line.replace("_051,", "_051_07,") for line in lines if "_240," not in line]
    elsewhere = small / "mine.csv"
    elsewhere.write_text("\n".join(lines))
    found = multipie.scan_multipie(small, landmarks=elsewhere, train_people=1)
    assert "24 pictures in the landmark file, 2 left for the detector" in found.describe()


def test_a_folder_above_the_set_gets_a_hint(small):
    with pytest.raises(FileNotFoundError, match="Did you mean"):
        multipie.scan_multipie(small.parent)
    with pytest.raises(FileNotFoundError, match=r"001_01_01_051_07\.png"):
        multipie.scan_multipie(small / "session01")


def test_unknown_settings_are_refused(small):
    with pytest.raises(ValueError, match=r"setting must be one of \[1, 2\]"):
        multipie.scan_multipie(small, setting=3)
