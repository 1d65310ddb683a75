import cv2
import numpy as np
import pytest

from tfgan_compress.data import alignment
from tfgan_compress.frontalize import blazeface

# By eye, in the order of geometry.LANDMARKS.
ASTRONAUT = np.array([(143, 101), (186, 103), (164, 127), (141, 139), (186, 139)])
# Known from rendering.
PROFILE = np.array([(128, 99), (128, 99), (93, 126), (117, 155), (116, 158)])


def test_a_frontal_face_has_its_landmarks_where_one_sees_them(landmarker, astronaut):
    (face,) = landmarker.find(astronaut)
    assert face.source == "mesh" and abs(face.yaw) < 12
    assert np.abs(face.landmarks - ASTRONAUT).max() < 6


def test_a_profile_is_found_and_aligned(landmarker, left_profile):
    (face,) = landmarker.find(left_profile)
    assert face.yaw < -60 and face.source == "keypoints"
    assert np.abs(face.landmarks - PROFILE).max() < 15


def test_a_mirrored_picture_has_mirrored_landmarks(landmarker, left_profile):
    (face,) = landmarker.find(left_profile)
    (mirrored,) = landmarker.find(left_profile[:, ::-1].copy())
    assert mirrored.yaw > 60
    right = left_profile.shape[1] - 1 - mirrored.landmarks[2, 0]
    assert abs(right - face.landmarks[2, 0]) < 6


def test_a_known_yaw_is_kept(landmarker, astronaut):
    assert landmarker.find(astronaut, yaw=12.0)[0].yaw == 12.0


@pytest.mark.parametrize("degrees", [-25, 25])
def test_a_rolled_face_is_found_and_levelled(landmarker, astronaut, degrees):
    matrix = cv2.getRotationMatrix2D((165, 130), degrees, 1.0)
    rolled = cv2.warpAffine(astronaut, matrix, (320, 320), borderMode=cv2.BORDER_REPLICATE)
    (face,) = landmarker.find(rolled)
    _, points = alignment.align(rolled, face.landmarks, 128)
    assert abs(points[0, 1] - points[1, 1]) < 2


def test_several_faces_come_largest_first(landmarker, astronaut, left_profile):
    canvas = np.full((640, 900, 3), 128, np.uint8)
    canvas[:256, :256] = left_profile
    canvas[100:580, 350:830] = cv2.resize(astronaut, (480, 480))
    faces = landmarker.find(canvas)
    assert len(faces) == 2 and abs(faces[0].yaw) < 15 and faces[1].yaw < -60


def test_a_face_that_is_small_in_a_large_picture_is_found(landmarker, astronaut):
    canvas = np.full((1500, 2400, 3), 90, np.uint8)
    canvas[900:1220, 1700:2020] = astronaut
    (face,) = landmarker.find(canvas)
    assert np.abs(face.landmarks - ASTRONAUT - (1700, 900)).max() < 6


def test_a_picture_without_a_face_has_none(landmarker):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    for picture in (noise, np.full((300, 300, 3), 200, np.uint8)):
        assert landmarker.find(picture) == []
    with pytest.raises(ValueError, match="no face found"):
        landmarker(noise)


def test_overlapping_detections_are_one_face():
    boxes = [np.array(box, float) for box in ((0, 0, 10, 10), (1, 1, 11, 11), (30, 0, 40, 10))]
    points = np.zeros((6, 2))
    found = [
        blazeface.Detection(box, points, score)
        for box, score in zip(boxes, (0.8, 0.9, 0.7), strict=True)
    ]
    kept = blazeface.suppress(found)
    assert [detection.score for detection in kept] == [0.9, 0.7]
    assert 0 < kept[0].box[0] < 1


def test_a_box_without_area_is_a_face_of_its_own():
    flat = [blazeface.Detection(np.full(4, 5.0), np.zeros((6, 2)), 0.9) for _ in range(2)]
    assert len(blazeface.suppress(flat)) == 2
