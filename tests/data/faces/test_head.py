import numpy as np
import pytest

from tfgan_compress.data.faces.head import feature_pairs, load_head
from tfgan_compress.data.faces.identity import sample_identity
from tfgan_compress.data.faces.mesh import build_mesh, landmark_vertices
from tfgan_compress.data.faces.morphs import age_weights, morph_weights
from tfgan_compress.geometry import LANDMARKS


def jaw_to_cheek(seeds, sex):
    head = load_head()
    low, high = ((6.35, 6.5), (6.95, 7.1))
    ratios = []
    for seed in seeds:
        points = head.shape(morph_weights(sample_identity(seed, sex=sex, age=28)))
        widths = []
        for bottom, top in (low, high):
            y, z = head.rest[:, 1], head.rest[:, 2]
            widths.append(np.ptp(points[(y > bottom) & (y < top) & (z > 0.7), 0]))
        ratios.append(widths[0] / widths[1])
    return np.mean(ratios)


def test_the_head_has_its_morphs():
    head = load_head()
    assert head.morphs.shape == (452, *head.rest.shape)
    assert head.triangles.max() < len(head.rest)


def test_no_weights_give_the_base_mesh():
    np.testing.assert_array_equal(load_head().shape({}), load_head().rest)


def test_opposite_morphs_are_paired_and_sides_grouped():
    pairs = feature_pairs()
    assert pairs["nose/nose-point-up"] == (("nose/nose-point-down", "nose/nose-point-up"),)
    assert len(pairs["eyes/*-eye-scale-incr"]) == 2


@pytest.mark.parametrize("age", [1, 5, 13, 24, 25, 60, 90])
def test_age_weights_sum_to_one(age):
    assert sum(age_weights(age).values()) == pytest.approx(1)


def test_landmarks_lie_on_both_sides_of_the_face():
    points = load_head().rest
    eyes, (nose, *corners) = landmark_vertices()
    assert len(LANDMARKS) == 5
    assert points[eyes[0], 0].mean() < -0.2 < 0.2 < points[eyes[1], 0].mean()
    assert abs(points[nose, 0]) < 0.01
    assert points[corners[0], 0] == pytest.approx(-points[corners[1], 0], abs=0.02)


def test_women_have_narrower_jaws_than_men():
    seeds = range(6)
    assert jaw_to_cheek(seeds, "female") < jaw_to_cheek(seeds, "male") - 0.02


def test_glasses_and_hair_are_part_of_the_mesh():
    worn = [sample_identity(seed) for seed in range(30)]
    with_glasses = next(p for p in worn if p.glasses and p.hair.style in (0, 1, 2, 3, 7))
    mesh = build_mesh(with_glasses)
    assert len(mesh.points) == len(mesh.rest) > len(load_head().rest)
    assert mesh.triangles.max() == len(mesh.points) - 1
