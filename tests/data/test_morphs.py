import dataclasses

import cv2
import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.data import aligned, morphs

SIZE = 64
VIEWS = {"front": 0.0, "left": -90.0, "right": 90.0}


def picture(seed, shift=0.0):
    """A face of blobs, moved to the right by `shift` pixels, and its landmarks."""
    noise = np.random.default_rng(seed).random((SIZE, SIZE, 3))
    blobs = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 30, 220, cv2.NORM_MINMAX)
    matrix = np.array([[1.0, 0, shift], [0, 1, 0]])
    moved = cv2.warpAffine(blobs, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)
    points = geometry.frontal_landmarks(SIZE) + np.array([shift, 0])
    return moved.round().astype(np.uint8), points.astype(np.float32)


def even(share):
    """One share at every height, and nothing lifted."""
    return morphs.Blend(np.full(SIZE, share), np.full(SIZE, share), np.zeros(SIZE))


@pytest.fixture
def people():
    """Three people in three views; the third was not taken from the right."""
    shown = [(who, view) for who in range(3) for view in VIEWS if (who, view) != (2, "right")]
    pictures = [picture(10 * who, shift=i % 3) for i, (who, _) in enumerate(shown)]
    rows = [
        {"input": i, "target": 3 * who, "identity": who, "yaw": VIEWS[view], "view": view}
        for i, (who, view) in enumerate(shown)
    ]
    images, landmarks = zip(*pictures, strict=True)
    return aligned.AlignedPairs(np.stack(images), np.stack(landmarks), rows)


def test_a_morph_begins_at_the_first_person_and_ends_at_the_second():
    first, second = picture(1), picture(1, shift=5)
    for share, (image, landmarks) in ((0.0, first), (1.0, second)):
        painted, points = morphs.morph(first, second, even(share))
        inner = (slice(8, -8), slice(8, -8))
        assert np.abs(painted[inner].astype(int) - image[inner]).mean() < 3
        np.testing.assert_allclose(points, landmarks, atol=1e-4)


def test_what_two_people_have_in_different_places_lies_between_and_is_not_double():
    first, second = picture(1), picture(1, shift=6)
    middle, points = morphs.morph(first, second, even(0.5))
    between = picture(1, shift=3)
    error = np.abs(middle.astype(int) - between[0])[8:-8, 8:-8].mean()
    blended = (first[0].astype(int) + second[0]) / 2
    assert error < np.abs(blended - between[0])[8:-8, 8:-8].mean() / 3
    np.testing.assert_allclose(points, between[1], atol=1e-4)


def test_colours_are_blended_by_the_share():
    black, white = (np.full((SIZE, SIZE, 3), value, np.uint8) for value in (0, 200))
    points = geometry.frontal_landmarks(SIZE)
    image, _ = morphs.morph((black, points), (white, points), even(0.3))
    assert image.min() == image.max() == 60


def test_shares_may_differ_by_height():
    first, second = picture(1), picture(1, shift=4)
    share = np.where(np.arange(SIZE) < SIZE / 2, 0.0, 1.0)
    blend = morphs.Blend(share, share, np.zeros(SIZE))
    image, points = morphs.morph(first, second, blend)
    for whole, rows in ((first, slice(8, 24)), (second, slice(40, 56))):
        assert np.abs(image[rows, 8:-8].astype(int) - whole[0][rows, 8:-8]).mean() < 3
    # The eyes are the first's, the corners of the mouth the second's.
    np.testing.assert_allclose(points[:2], first[1][:2], atol=1e-4)
    np.testing.assert_allclose(points[3:], second[1][3:], atol=1e-4)


def test_heights_are_lifted_and_landmarks_with_them():
    image, points = picture(1)
    lifted = dataclasses.replace(even(0.0), lift=np.full(SIZE, 3.0))
    painted, moved = morphs.morph((image, points), (image, points), lifted)
    np.testing.assert_array_equal(painted[8:40], image[11:43])
    np.testing.assert_allclose(moved, points - [0, 3], atol=1e-4)


def test_a_drawn_blend_keeps_eyes_and_mouth_where_they_were_aligned():
    blends = [morphs.Blend.drawn(np.random.default_rng(seed), 128) for seed in range(50)]
    lifts = np.array([blend.lift for blend in blends])
    eyes, nose, mouth = (round(geometry.frontal_landmarks(128)[i, 1]) for i in (0, 2, 3))
    assert np.abs(lifts[:, [eyes, mouth]]).mean() < np.abs(lifts[:, nose]).mean() / 2
    for blend in blends:
        assert 0 <= blend.shape.min() <= blend.shape.max() <= 1
        assert 0 <= blend.colour.min() <= blend.colour.max() <= 1


def test_morphs_have_the_views_of_both_parents_and_their_own_front(people):
    source = morphs.between(people, 3, front="front")
    records = [source[i] for i in range(len(source))]
    views = [sorted(r["view"] for r in records if r["identity"] == who) for who in range(3)]
    assert sorted(map(len, views)) == [2, 2, 3]
    for record in records:
        own = [r for r in records if r["identity"] == record["identity"]]
        front = next(r for r in own if r["view"] == "front")
        np.testing.assert_array_equal(record["target"], front["input"])
        assert record["yaw"] == VIEWS[record["view"]]
    fronts = [r["input"] for r in records if r["view"] == "front"]
    parents = [people[i]["input"] for i in range(len(people))]
    assert all((front != parent).any() for front in fronts for parent in parents)
    assert len({front.tobytes() for front in fronts}) == 3


def test_morphs_depend_on_the_seed_alone_and_are_kept(people, tmp_path, monkeypatch):
    first = morphs.between(people, 2, front="front", seed=4, cache=tmp_path)
    other = morphs.between(people, 2, front="front", seed=5)
    assert (first[0]["input"] != other[0]["input"]).any()
    monkeypatch.setattr(morphs, "morph", None)
    again = morphs.between(people, 2, front="front", seed=4, cache=tmp_path)
    np.testing.assert_array_equal(first[0]["input"], again[0]["input"])
    assert [path.suffix for path in tmp_path.iterdir()] == [".npy"]


def test_pairs_are_taken_again_at_other_shares_when_all_have_been(people):
    source = morphs.between(people, 4, front="front")
    fronts = [source[i]["input"].tobytes() for i in range(len(source)) if not source[i]["yaw"]]
    assert len(fronts) == len(set(fronts)) == 4


def test_no_morphs_and_people_without_a_front_are_refused(people):
    with pytest.raises(ValueError, match=r"1 or more\. Received: 0 morphs of 3 people"):
        morphs.between(people, 0, front="front")
    with pytest.raises(ValueError, match=r"view 'right' of everybody\. Without it: \[2\]"):
        morphs.between(people, 1, front="right")


def test_somebody_rendered_gives_shape_and_little_colour(people):
    class Black:
        """Everybody as before, before their pictures went black."""

        def __len__(self):
            return len(people)

        def __getitem__(self, index):
            return {**people[index], "input": 0 * people[index]["input"]}

    source = morphs.between(people, 9, front="front", rendered=Black())
    assert len(set(source.record_identities.tolist())) == 9
    for i in range(len(source)):
        record = source[i]
        assert record["input"].mean() > (1 - morphs.RENDERED_COLOUR) * 100
        assert record["yaw"] == VIEWS[record["view"]]


def test_a_source_that_does_not_name_its_views_is_refused(people):
    class Nameless:
        def __len__(self):
            return len(people)

        def __getitem__(self, index):
            return {key: value for key, value in people[index].items() if key != "view"}

    with pytest.raises(ValueError, match=r"view 'front' of everybody. Without it: \[0, 1, 2\]"):
        morphs.between(Nameless(), 1, front="front")
