"""Weight clustering (Han et al. 2016, "Deep Compression", section 3): a file that zips small.

All weights of a kernel take one of a few values, found by k-means from evenly spaced ones. Nothing
runs faster; what is downloaded is smaller. Kernels are clustered with the batch norm folded in, as
the file holds them. Left out: training the values, which `quantization.tfmot` does.
"""

import numpy as np

from tfgan_compress.quantization.fake import DEPTHWISE
from tfgan_compress.quantization.twin import kernels

_ROUNDS = 50


def cluster_kernels(twin, clusters):
    """Gives every kernel of `twin` at most `clusters` values; returns `twin`.

    Depthwise kernels, which are small and suffer most, and those that have no more weights than
    that stay as they are.

    Args:
        twin: A `quantization_twin`, changed in place; its kernels' own ranges follow.
        clusters: At least 2.
    """
    if clusters < 2:
        raise ValueError(f"clusters must be at least 2. Received: {clusters}.")
    for layer in kernels(twin):
        kernel = np.asarray(layer.kernel)
        if layer.kind != DEPTHWISE and kernel.size > clusters:
            layer.assign_kernel(nearest_centroids(kernel, clusters), np.asarray(layer.bias))
    return twin


def nearest_centroids(values, clusters):
    """Returns the array `values`, each replaced by the nearest of `clusters` k-means centroids."""
    flat = values.astype(np.float64).ravel()
    centroids = np.linspace(flat.min(), flat.max(), clusters)
    for _ in range(_ROUNDS):
        # In one dimension a cluster is what lies between two midpoints.
        members = np.searchsorted((centroids[1:] + centroids[:-1]) / 2, flat)
        counts = np.bincount(members, minlength=clusters)
        sums = np.bincount(members, flat, minlength=clusters)
        moved = np.where(counts, sums / np.maximum(counts, 1), centroids)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    members = np.searchsorted((centroids[1:] + centroids[:-1]) / 2, flat)
    return centroids[members].astype(values.dtype).reshape(values.shape)
