import numpy as np
import pytest

from tests.data import trees
from tfgan_compress.data import caspeal, records
from tfgan_compress.evaluate import Evaluator


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return trees.lay_caspeal(tmp_path_factory.mktemp("caspeal"))


def scan(root, train_people=1):
    return caspeal.scan_caspeal(root, train_people=train_people)


def test_a_name_says_person_pose_and_privacy():
    shot = caspeal.parse_name("FY_000001_IEU+00_PD-22_EN_A0_D0_T0_BB_M0_R1_S0")
    assert shot == caspeal.Shot("000001", 15.0, -22.0, private=False)
    with pytest.raises(ValueError, match="twelve fields"):
        caspeal.parse_name("FY_000001_IEU+00_PD-22_EN_A0_D0_T0_BB_M0_R1")


@pytest.mark.parametrize(
    ("number", "privacy"), [("000001", "R0"), ("000001", "D0"), ("000100", "R1")]
)
def test_only_r1_below_id_100_may_be_published(number, privacy):
    name = trees.pose_name(number, 0.0, 0, privacy)
    assert caspeal.parse_name(name).private


def test_both_grids_of_yaws_are_read_and_split_by_person(tree):
    found = scan(tree)
    assert not found.problems
    assert (found.train, found.test) == (("000007",), ("000012", "001032"))
    yaws = {abs(row["yaw"]) for row in found.of("test")}
    assert yaws == {0, 15, 22, 30, 45, 67}
    assert {row["pitch"] for row in found.rows} == {-15, 0, 15}
    assert len(found.rows) == 63 and [m for m in found.missing if ": P" in m] == []


def test_the_target_is_the_persons_frontal_level_view(tree):
    for row in scan(tree).rows:
        assert "_PM+00_" in row["target"].path.name
        assert row["target"].path.parent == row["input"].path.parent
        assert row["gallery"] == (row["target"] == row["input"])


def test_pictures_are_gray_and_stand_on_their_eyes(tree):
    source = scan(tree).load("train", image_size=64)
    for record in (source[i] for i in range(len(source))):
        assert np.ptp(record["input"], axis=-1).max() == 0
        np.testing.assert_allclose(record["landmarks"][:2].mean(0), (32, 20), atol=0.5)
        assert record["landmarks"][2:, 1].min() > 25


def test_a_landmarker_finds_all_but_the_eyes(tree):
    def landmarker(image, yaw):
        if yaw > 20:
            raise ValueError("no face found")
        return np.array([(0, 0), (1, 0), (24, 24), (20, 34), (28, 34)], np.float32)

    asked = scan(tree).load("train", image_size=48, landmarker=landmarker)
    alone = scan(tree).load("train", image_size=48)
    same = {
        record["yaw"]
        for record, other in ((asked[i], alone[i]) for i in range(len(asked)))
        if np.allclose(record["landmarks"], other["landmarks"])
    }
    assert same == {30, 45}


def test_private_pictures_are_marked_and_never_shown(tree):
    source = scan(tree, train_people=2).load("train", image_size=32)
    assert not any(source[i]["private"] for i in range(len(source)))
    test = scan(tree, train_people=2).load("test", image_size=32)
    assert records.finish_record(test[0])["private"]
    evaluator = Evaluator(test, judges={"pixels": lambda images, training: images[:, 0, :, 0]})
    with pytest.raises(ValueError, match=r"may be shown \(0 of 21\)"):
        evaluator.sample([45])


def test_rank1_is_told_by_pitch_and_yaw(tree):
    def judge(images, training):
        return np.asarray(images)[:, ::4, ::4, 0].reshape(len(images), -1)

    source = scan(tree).load("test", image_size=32)
    found = Evaluator(source, judges={"pixels": judge}).unprocessed()
    assert list(found["by_pitch"]) == ["-15", "0", "15"]
    assert list(found["by_pitch"]["-15"]["by_yaw"]) == ["0", "15", "22", "30", "45", "67"]
    assert found["by_pitch"]["0"]["by_yaw"]["0"]["rank1_pixels"] is None
    assert found["by_pitch"]["15"]["by_yaw"]["0"]["count"] == 2
    assert sum(part["overall"]["count"] for part in found["by_pitch"].values()) == 42


def test_what_is_missing_and_what_is_wrong_is_listed_at_once(tmp_path):
    trees.lay_caspeal(tmp_path)
    folder = tmp_path / "POSE" / "000007"
    (folder / f"{trees.pose_name('000007', 15.0, 30)}.tif").unlink()
    (folder / f"{trees.pose_name('000007', 0.0, 15)}.tif").write_bytes(b"")
    (folder / f"{trees.pose_name('000009', 0.0, 15)}.tif").write_bytes(b"x")
    (folder / "copy.tif").write_bytes(b"x")
    with (folder / caspeal.EYES).open("a") as file:
        file.write("a line 1 2\n")
    other = tmp_path / "POSE" / "000012"
    (other / f"{trees.pose_name('000012', 0.0, 0)}.tif").unlink()
    (other / caspeal.EYES).unlink()
    found = scan(tmp_path)
    text = found.describe()
    for part in (
        "is empty", "the name does not fit its folder", "copy.tif: a name must have twelve fields",
        f"{caspeal.EYES}, line 22", "000007: PM+15, PD+30", "000012: PM+00; no target, left out",
    ):  # fmt: skip
        assert part in text
    assert len(found.problems) == 4 and len(found.rows) == 19 + 21
    with pytest.raises(ValueError, match="4 problem"):
        found.load("test", image_size=32)


def test_a_picture_without_marked_eyes_is_left_for_the_detector(tmp_path):
    trees.lay_caspeal(tmp_path)
    (tmp_path / "POSE" / "001032" / caspeal.EYES).unlink()
    found = scan(tmp_path)
    assert "21 pictures without eyes" in found.describe()
    with pytest.raises(ValueError, match="has no landmarks, and no landmarker was given"):
        found.load("test", image_size=32)


def test_a_folder_without_the_set_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="POSE/000001"):
        caspeal.scan_caspeal(tmp_path)
