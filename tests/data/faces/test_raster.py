import numpy as np

from tfgan_compress.data.faces.noise import noise
from tfgan_compress.data.faces.raster import rasterize, vertex_normals

SQUARE = np.array([(1, 1), (7, 1), (7, 7), (1, 7)], np.float32)
HALVES = np.array([(0, 1, 2), (0, 2, 3)])


def test_a_square_covers_the_pixels_whose_centres_it_holds():
    triangle, weights, depth = rasterize(SQUARE, np.ones(4), HALVES, 8)
    shown = triangle >= 0
    assert shown.sum() == 36 and shown[1:7, 1:7].all()
    np.testing.assert_allclose(weights[shown].sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(depth[shown], 1)
    assert np.isinf(depth[~shown]).all()


def test_the_nearer_triangle_is_shown_whatever_the_order():
    points = np.concatenate([SQUARE, SQUARE])
    depth = np.repeat([2.0, 1.0], 4)
    for triangles in (np.concatenate([HALVES, HALVES + 4]), np.concatenate([HALVES + 4, HALVES])):
        _, _, nearest = rasterize(points, depth, triangles, 8)
        assert (nearest[1:7, 1:7] == 1).all()


def test_triangles_may_cross_the_frame():
    triangle, _, _ = rasterize(SQUARE * 10 - 20, np.ones(4), HALVES, 8)
    assert (triangle >= 0).all()


def test_normals_of_a_flat_square_point_along_z():
    points = np.column_stack([SQUARE, np.zeros(4)])
    np.testing.assert_allclose(vertex_normals(points, HALVES), [(0, 0, 1)] * 4, atol=1e-6)


def test_noise_is_continuous_bounded_and_differs_by_seed():
    points = np.linspace(0, 9, 2000)[:, None] * (1.0, 0.7, 0.3)
    values = noise(points, 1)
    assert np.abs(values).max() <= 1 and np.abs(np.diff(values)).max() < 0.05
    assert np.abs(values - noise(points, 2)).mean() > 0.1
