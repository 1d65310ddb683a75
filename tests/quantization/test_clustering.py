import numpy as np
import pytest

from tests.export.models import images_for
from tests.quantization.test_equalization import even
from tfgan_compress.quantization.clustering import cluster_kernels, nearest_centroids
from tfgan_compress.quantization.twin import in_float, kernels, quantization_twin


def test_values_in_as_many_heaps_as_clusters_move_to_the_heaps_means():
    heaps = np.array([[-1.0, -1.2], [0.1, 0.3], [3.0, 3.4]], "float32")
    found = nearest_centroids(heaps, 3)
    np.testing.assert_allclose(found, np.repeat(heaps.mean(1, keepdims=True), 2, 1), rtol=1e-6)


def test_every_kernel_has_few_values_and_the_picture_stays_near():
    model = even()
    twin = quantization_twin(model)
    batch = images_for(model, 2)
    assert cluster_kernels(twin, 8) is twin
    assert all(2 < len(np.unique(layer.kernel)) <= 8 for layer in kernels(twin))
    with in_float(twin):
        clustered = np.asarray(twin(batch)["image"])
    np.testing.assert_allclose(clustered, np.asarray(model(batch)["image"]), atol=0.3)


def test_kernels_without_more_weights_than_clusters_stay():
    twin = quantization_twin(even())
    before = np.asarray(kernels(twin)[1].kernel)
    cluster_kernels(twin, before.size)
    np.testing.assert_array_equal(kernels(twin)[1].kernel, before)


def test_one_cluster_is_refused():
    with pytest.raises(ValueError, match="at least 2"):
        cluster_kernels(quantization_twin(even()), 1)
