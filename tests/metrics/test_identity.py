import numpy as np
import pytest

from tfgan_compress.metrics import angle_groups, by_yaw, cosine, embed, rank1, rank1_hits

GALLERY = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
GALLERY_IDS = np.array([7, 8, 9])


def test_rank1_is_the_share_of_probes_nearest_to_their_own_person():
    probes = np.array([[5.0, 1.0], [1.0, 5.0], [1.0, 0.5], [-2.0, 0.1]])
    ids = [7, 8, 8, 9]
    assert rank1_hits(probes, ids, GALLERY, GALLERY_IDS).tolist() == [True, True, False, True]
    assert rank1(probes, ids, GALLERY, GALLERY_IDS) == 0.75


def test_rank1_ignores_the_length_of_embeddings():
    assert rank1([[0.1, 1.0]], [8], GALLERY * [[100], [1], [1]], GALLERY_IDS) == 1.0


def test_a_second_gallery_picture_of_a_person_counts():
    gallery, ids = np.vstack([GALLERY, [[1, 1]]]), [7, 8, 9, 7]
    assert rank1([[1.0, 1.1]], [7], gallery, ids) == 1.0


def test_a_probe_without_gallery_picture_is_refused():
    with pytest.raises(ValueError, match=r"Missing identities: \[4\]"):
        rank1([[1.0, 0.0]], [4], GALLERY, GALLERY_IDS)


def test_cosine_is_taken_row_by_row():
    np.testing.assert_allclose(cosine([[1, 0], [1, 1]], [[0, 2], [3, 3]]), [0, 1], atol=1e-12)


def test_angles_of_cameras_are_kept_and_those_of_people_rounded():
    assert angle_groups([0, 22, -67, 22]).tolist() == [0, 22, -67, 22]
    assert angle_groups([0.2, 22, -67, -7.5]).tolist() == [0, 15, -60, -15]
    assert angle_groups(range(40))[[7, 8]].tolist() == [0, 15]


def test_by_yaw_groups_both_sides_and_rounds():
    values = [1, 0, 1, 1, 0]
    assert by_yaw(values, [0, -30, 29, 44, 91.0]) == {0: 1.0, 30: 0.5, 45: 1.0, 90: 0.0}


def test_embed_batches_without_changing_the_result():
    def recognizer(images, training):
        return images.mean(axis=(1, 2))

    images = np.random.default_rng(0).normal(size=(5, 4, 4, 3)).astype(np.float32)
    whole = recognizer(images, training=False)
    np.testing.assert_allclose(embed(recognizer, images, batch_size=2), whole, atol=1e-6)
