import numpy as np

from tfgan_compress import geometry


def test_untransforming_undoes_a_similarity_and_a_reflection():
    points = np.random.default_rng(0).uniform(-50, 50, (7, 2))
    for matrix in ([[0.8, 0.6, 3], [-0.6, 0.8, -2]], [[-2.0, 0, 9], [0, 2.0, 1]]):
        moved = geometry.transform_points(np.array(matrix), points)
        back = geometry.untransform_points(matrix, moved)
        np.testing.assert_allclose(back, points, atol=1e-4)


def test_scale_is_how_many_pixels_one_becomes():
    assert geometry.scale_of([[0, -3.0, 5], [3.0, 0, 1]]) == 3.0
