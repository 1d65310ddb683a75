import json

import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import frll
from tfgan_compress.data.faces import (
    EXPRESSIONS,
    Camera,
    Crop,
    FaceSet,
    View,
    preset_views,
    render,
    render_set,
    sample_identity,
)
from tfgan_compress.data.faces import dataset as faces_dataset

SIZE = 48


@pytest.fixture(scope="module")
def person():
    return sample_identity(12)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    root = tmp_path_factory.mktemp("faces")
    return render_set(root, [3, 5], image_size=32, views=3, lights=2, workers=0, progress=False)


def draw(person, *views, image_size=SIZE):
    return render(person, views, image_size=image_size)


def test_the_same_seed_draws_the_same_bytes():
    view = preset_views("varied", 4, count=1)[0]
    first, second = (draw(sample_identity(4), view, image_size=32)[0] for _ in range(2))
    assert first["image"].tobytes() == second["image"].tobytes()
    assert first["landmarks"].tobytes() == second["landmarks"].tobytes()


def test_different_seeds_are_different_people():
    first, second = (draw(sample_identity(seed), View(), image_size=32)[0] for seed in (1, 2))
    assert np.abs(first["image"].astype(int) - second["image"]).mean() > 5


def test_any_yaw_is_aligned_by_its_landmarks(person):
    for record in draw(person, *(View(yaw=y, pitch=8) for y in (-90, -40, 0, 40, 90))):
        points = record["landmarks"]
        eyes, mouth = points[:2].mean(0), points[3:].mean(0)
        np.testing.assert_allclose(eyes, geometry.EYE_CENTRE_128 * SIZE / 128, atol=0.01)
        assert mouth[1] - eyes[1] == pytest.approx(48 * SIZE / 128, abs=0.01)


def test_the_nose_points_to_the_right_at_positive_yaw(person):
    for record in draw(person, View(yaw=70), View(yaw=-70)):
        points = record["landmarks"]
        assert np.sign(points[2, 0] - points[:2, 0].mean()) == np.sign(record["yaw"])


def test_eyes_are_darker_than_the_skin_below_them(person):
    record = draw(person, View(), image_size=96)[0]
    image = record["image"].mean(2)
    for x, y in record["landmarks"][:2].round().astype(int):
        assert image[y - 2 : y + 3, x - 3 : x + 4].min() < image[y + 12, x] - 20


def test_an_inexact_crop_moves_picture_and_landmarks_alike(person):
    exact, shifted = draw(person, View(yaw=30), View(yaw=30, crop=Crop(dx=128 / SIZE * 4)))
    np.testing.assert_allclose(shifted["landmarks"], exact["landmarks"] + (4, 0), atol=1e-3)
    difference = shifted["image"][:, 4:].astype(int) - exact["image"][:, :-4]
    assert np.abs(difference).mean() < 1


def test_light_from_the_right_brightens_the_right_cheek(person):
    left, right = (r["image"].mean(2) for r in draw(person, View(light=2), View(light=12)))
    half = SIZE // 2
    assert right[:, half:].mean() - right[:, :half].mean() > 5
    assert left[:, :half].mean() - left[:, half:].mean() > 5


def test_every_expression_changes_the_face(person):
    neutral, *others = draw(person, View(), *(View(expression=e) for e in EXPRESSIONS.values()))
    for record in others:
        assert np.abs(record["image"].astype(int) - neutral["image"]).mean() > 0.5


def test_an_unknown_expression_is_named(person):
    with pytest.raises(ValueError, match="grimace"):
        draw(person, View(expression=(("grimace", 1.0),)))


@pytest.mark.parametrize("age", [1, 90])
def test_the_ends_of_the_age_range_can_be_drawn(age):
    record = draw(sample_identity(0, age=age), View(yaw=20), image_size=32)[0]
    assert record["age"] == age and record["image"].std() > 10


@pytest.mark.parametrize("wrong", [{"age": 0.5}, {"age": 91}, {"sex": "other"}])
def test_an_impossible_person_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        sample_identity(0, **wrong)


def test_a_size_out_of_range_is_refused(person):
    with pytest.raises(ValueError, match="image_size"):
        draw(person, View(), image_size=16)


def test_the_camera_adds_noise_blur_gray_and_jpeg(person):
    cameras = [
        Camera(),
        Camera(noise=0.05, seed=1),
        Camera(blur=2),
        Camera(gray=True),
        Camera(jpeg=20),
    ]
    clean, noisy, blurred, gray, coded = (
        record["image"].astype(int) for record in draw(person, *(View(camera=c) for c in cameras))
    )
    assert np.diff(noisy, axis=0).std() > np.diff(clean, axis=0).std()
    assert np.diff(blurred, axis=0).std() < np.diff(clean, axis=0).std()
    assert np.ptp(gray, axis=2).max() == 0
    assert 0 < np.abs(coded - clean).mean() < 20


def test_the_multipie_preset_is_13_yaws_by_20_lights():
    views = preset_views("multipie", 0)
    assert len(views) == 260
    assert {v.yaw for v in views} == set(range(-90, 91, 15))
    assert {v.light_id for v in views} == set(range(20))


def test_the_london_preset_has_the_poses_of_the_london_set():
    views = preset_views("london", 0)
    assert [view.yaw for view in views] == [yaw for _, yaw in frll.VIEWS.values()]
    assert [bool(view.expression) for view in views] == 5 * [False] + 5 * [True]
    assert len({view.target() for view in views}) == 1
    assert preset_views("london", 1)[0].background != views[0].background


def test_varied_views_share_few_targets():
    views = preset_views("varied", 0, count=20, lights=5)
    assert len(views) == 20 and len({view.target() for view in views}) == 5
    assert np.mean([abs(view.yaw) >= 30 for view in views]) > 0.5


def test_a_share_of_the_varied_views_may_be_profiles():
    turned = preset_views("varied", 0, count=10, profiles=1)
    assert all(65 <= abs(view.yaw) <= 92 for view in turned)
    many = preset_views("varied", 0, count=100, profiles=0.3)
    assert 0.4 < np.mean([abs(view.yaw) >= 65 for view in many]) < 0.65
    with pytest.raises(ValueError, match=r"profiles must be a share.*30"):
        preset_views("varied", 0, profiles=30)


def test_an_unknown_preset_is_refused():
    with pytest.raises(ValueError, match="multipie"):
        preset_views("celebrities", 0)


def test_records_hold_what_the_batch_contract_asks_for(faces):
    assert len(faces) == 6
    for position in range(6):
        record = faces[position]
        assert record["input"].shape == record["target"].shape == (32, 32, 3)
        assert record["input"].dtype == record["target"].dtype == np.uint8
        assert record["landmarks"].shape == (5, 2)
        assert record["identity"] == position // 3 and record["seed"] == (3, 5)[position // 3]
        assert record["yaw"] >= 0


def test_negative_yaws_are_mirrored_with_their_landmarks_and_target(faces):
    shard = np.load(next(faces.root.glob("face-*3.npy")))
    mirrored = 0
    for position in range(3):
        row, record = shard[position], faces[position]
        target = shard[row["target"]]["image"]
        assert record["mirrored"] == (row["yaw"] < 0)
        if record["mirrored"]:
            mirrored += 1
            np.testing.assert_array_equal(record["input"], row["image"][:, ::-1])
            np.testing.assert_array_equal(record["target"], target[:, ::-1])
            assert record["landmarks"][0, 0] == pytest.approx(31 - row["landmarks"][1, 0])
        else:
            np.testing.assert_array_equal(record["input"], row["image"])
    assert 0 < mirrored < 3


def test_an_interrupted_rendering_resumes(faces, monkeypatch):
    drawn = []
    original = faces_dataset._render_shard

    def counted(root, settings, seed):
        drawn.append(seed)
        return original(root, settings, seed)

    monkeypatch.setattr(faces_dataset, "_render_shard", counted)
    missing = next(faces.root.glob("face-*5.npy"))
    before = missing.read_bytes()
    missing.unlink()
    with pytest.raises(FileNotFoundError, match="seed 5"):
        FaceSet(faces.root)
    render_set(faces.root, [3, 5], image_size=32, views=3, lights=2, workers=0, progress=False)
    assert drawn == [5] and missing.read_bytes() == before


def test_a_changed_renderer_renders_anew(tmp_path, monkeypatch):
    def render_one():
        render_set(tmp_path, [7], image_size=32, views=1, lights=1, workers=0, progress=False)
        return next(tmp_path.glob("*.npy")).stat().st_mtime_ns

    first = render_one()
    assert render_one() == first
    monkeypatch.setattr(faces_dataset, "renderer_digest", lambda: "changed")
    assert render_one() != first
    assert json.loads((tmp_path / "manifest.json").read_text())["identities"] == [7]


def test_a_folder_without_manifest_says_how_to_make_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="tfgan-compress faces"):
        FaceSet(tmp_path)
