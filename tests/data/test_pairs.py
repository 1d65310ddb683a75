import numpy as np
import pytest
from PIL import Image

from tfgan_compress import geometry
from tfgan_compress.data import pairs, records

POINTS = geometry.frontal_landmarks(64)
CELL = " ".join(str(value) for value in POINTS.ravel())


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(("a", "b", "front")):
        picture = np.full((64, 64, 3), 60 * number + 40, np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    return tmp_path


def manifest(folder, *lines, header="input,target,identity,yaw,landmarks,target_landmarks"):
    path = folder / "pairs.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_a_manifest_becomes_records(folder):
    path = manifest(
        folder,
        f"a.png,front.png,Zoe,40,{CELL},{CELL}",
        f"b.png,front.png,Ann,-40,{CELL},{CELL}",
    )
    source = pairs.load_pairs(path, image_size=32)
    assert source.identities == ("Ann", "Zoe") and source.record_identities.tolist() == [1, 0]
    first = source[0]
    assert (first["input"] == 40).all() and (first["target"] == 160).all()
    np.testing.assert_allclose(first["landmarks"][:2].mean(0), (16, 10), atol=1e-4)
    assert records.finish_record(source[1])["mirrored"]


def test_missing_landmarks_come_from_the_landmarker_and_are_kept(folder):
    asked = []

    def landmarker(image, yaw):
        asked.append(yaw)
        return POINTS

    path = manifest(folder, "a.png,front.png,A,30", header="input,target,identity,yaw")
    options = {"landmarker": landmarker, "cache": folder / "cache"}
    first = pairs.load_pairs(path, image_size=32, **options)[0]
    assert sorted(asked) == [0.0, 30.0]
    again = pairs.load_pairs(path, image_size=32, **options)[0]
    pairs.load_pairs(path, image_size=64, **options)
    assert sorted(asked) == [0.0, 30.0]
    np.testing.assert_array_equal(first["input"], again["input"])


def test_a_picture_that_changed_is_read_again(folder):
    path = manifest(folder, f"a.png,front.png,A,0,{CELL},{CELL}")
    pairs.load_pairs(path, image_size=32, cache=folder / "cache")
    Image.fromarray(np.full((64, 65, 3), 9, np.uint8)).save(folder / "a.png")
    assert (pairs.load_pairs(path, image_size=32, cache=folder / "cache")[0]["input"] == 9).all()


def test_yaw_that_is_not_given_is_told_by_the_landmarks(folder):
    turned = POINTS.copy()
    turned[2, 0] -= 12
    cell = " ".join(str(value) for value in turned.ravel())
    path = manifest(folder, f"a.png,front.png,A,,{cell},{CELL}")
    assert pairs.load_pairs(path, image_size=32)[0]["yaw"] < -30


def test_all_that_is_wrong_with_the_rows_is_listed_at_once(folder):
    path = manifest(
        folder,
        f"gone.png,front.png,A,0,{CELL},{CELL}",
        "a.png,,A,0,,",
        "a.png,front.png,A,left,1 2 3,",
        "a.png,front.png",
    )
    with pytest.raises(ValueError, match="problem") as error:
        pairs.load_pairs(path, image_size=32)
    parts = (
        "line 2: input",
        "gone.png is missing",
        "line 3: target is empty",
        "line 4: yaw",
        "line 4: landmarks: must be ten numbers",
        "line 5: not as many cells",
    )
    assert [part for part in parts if part not in str(error.value)] == []


def test_all_that_is_wrong_with_the_pictures_is_listed_at_once(folder):
    (folder / "a.png").write_bytes((folder / "a.png").read_bytes()[:60])
    path = manifest(folder, f"a.png,front.png,A,0,{CELL},", f"b.png,front.png,B,0,{CELL},")
    with pytest.raises(ValueError, match="2 problem") as error:
        pairs.load_pairs(path, image_size=32)
    assert "a.png is truncated" in str(error.value)
    assert "front.png has no landmarks" in str(error.value)


def test_wrong_columns_and_empty_manifests_are_refused(folder):
    with pytest.raises(ValueError, match=r"Missing: \['identity'\]. Unknown: \['person'\]"):
        pairs.load_pairs(manifest(folder, header="input,target,person"), image_size=32)
    with pytest.raises(ValueError, match="no rows below the header"):
        pairs.load_pairs(manifest(folder), image_size=32)
    with pytest.raises(FileNotFoundError, match="There is no manifest"):
        pairs.load_pairs(folder / "other.csv", image_size=32)


def test_a_mouth_above_the_eyes_is_reported_with_its_file(folder):
    upside_down = " ".join(str(value) for value in (64 - POINTS).ravel())
    path = manifest(folder, f"a.png,front.png,A,0,{upside_down},{CELL}")
    with pytest.raises(ValueError, match=r"a\.png: The mouth must lie"):
        pairs.load_pairs(path, image_size=32)
