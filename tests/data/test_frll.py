import numpy as np
import pytest
from PIL import Image

from tfgan_compress import geometry
from tfgan_compress.data import frll

SIZE = 68


def landmarker(image, yaw):
    points = geometry.frontal_landmarks(64).copy()
    points[2, 0] += 12 * np.sign(yaw)
    return points


def template():
    points = np.zeros((189, 2))
    for group, point in zip(frll.TEMPLATE_POINTS, geometry.frontal_landmarks(64), strict=True):
        points[list(group)] = (point + 0.5) * frll.TEMPLATE_SIZE / SIZE - 0.5
    lines = [f"{x}\t{y}" for x, y in points]
    return "\n".join(["189", *lines, "1", "0", "2", "3 4"]) + "\n"


@pytest.fixture
def root(tmp_path):
    for person in (1, 2, 3):
        for view, (number, _) in frll.VIEWS.items():
            (tmp_path / view).mkdir(exist_ok=True)
            picture = np.full((SIZE, SIZE, 3), 10 * person + number, np.uint8)
            Image.fromarray(picture).save(tmp_path / view / f"{person:03d}_{number:02d}.jpg")
        (tmp_path / "neutral_front" / f"{person:03d}_03.tem").write_text(template())
    (tmp_path / "london_faces_info.csv").write_text("face_id,face_age\n001,24\n002,NA\n")
    return tmp_path


def test_each_person_has_ten_views_whose_target_is_the_neutral_front(root):
    source = frll.load_frll(root, image_size=32, landmarker=landmarker)
    assert len(source) == 30 and source.identities == ("001", "002", "003")
    for record in (source[i] for i in range(10)):
        assert abs(record["target"].astype(int) - 13).max() <= 2
    assert sorted({source[i]["yaw"] for i in range(30)}) == [-90, -35, 0, 35, 90]
    assert source[0]["age"] == 24 and source[10]["age"] == -1


def test_left_views_have_negative_yaw(root):
    source = frll.load_frll(root, image_size=32, landmarker=landmarker)
    for record in (source[i] for i in range(10)):
        sign = -1 if "left" in record["name"] else 1 if "right" in record["name"] else 0
        assert np.sign(record["yaw"]) == sign
        assert np.sign((record["landmarks"][2, 0] - 15.8).round()) == sign


def test_fronts_are_aligned_by_their_templates(root):
    asked = []

    def noting(image, yaw):
        asked.append(yaw)
        return landmarker(image, yaw)

    source = frll.load_frll(root, image_size=64, landmarker=noting)
    front = next(source[i] for i in range(10) if source[i]["name"] == "neutral_front/001")
    np.testing.assert_allclose(front["landmarks"], geometry.frontal_landmarks(64), atol=0.2)
    assert len(asked) == 27


def test_people_are_held_out_the_same_way_each_time(root):
    source = frll.load_frll(root, image_size=32, landmarker=landmarker)
    train, held = frll.split_frll(source, held_out=1)
    assert (len(train), len(held)) == (20, 10)
    assert held.identities == frll.split_frll(source, held_out=1)[1].identities


def test_all_missing_and_broken_files_are_listed_at_once(root):
    (root / "smiling_front" / "002_08.jpg").unlink()
    (root / "neutral_right_profile" / "001_05.jpg").unlink()
    (root / "neutral_front" / "003_03.tem").write_text("189\n1 2\n")
    with pytest.raises(ValueError, match="3 problem") as error:
        frll.load_frll(root, image_size=32, landmarker=landmarker)
    for name in ("002_08.jpg is missing", "001_05.jpg is missing", "003_03.tem must be a template"):
        assert name in str(error.value)


def test_all_truncated_pictures_are_listed_at_once(root):
    for name in ("smiling_front/002_08.jpg", "smiling_front/001_08.jpg"):
        (root / name).write_bytes((root / name).read_bytes()[:400])
    with pytest.raises(ValueError, match="2 problem"):
        frll.load_frll(root, image_size=32, landmarker=landmarker)


def test_a_folder_without_the_set_says_where_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="figshare"):
        frll.load_frll(tmp_path, image_size=32)
