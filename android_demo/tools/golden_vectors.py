"""What this package computes, for the app's `core` to compute as well: vectors to compare with.

Everything is drawn from fixed seeds, and nothing depends on the weights of a shipped model.
Pictures are base64 of RGB bytes.
"""

import base64
import io

import numpy as np
from PIL import Image, ImageOps

from tfgan_compress import geometry, shipped, tflite
from tfgan_compress.data import alignment, records
from tfgan_compress.frontalize import blazeface, landmarker, mesh

FACES = {
    "frontal": [(143, 101), (186, 103), (164, 127), (141, 139), (186, 139)],
    "turned": [(90.5, 80), (121, 84.25), (118, 101), (95, 122), (120, 124.5)],
    "profile": [(128, 99), (128, 99), (93, 126), (117, 155), (116, 158)],
    "rolled": [(60, 70), (96, 40), (95, 75), (92, 99), (122, 74)],
}


def compute():
    """Returns `{name: vectors}`, vectors of dicts, lists, numbers, text and arrays."""
    return {
        "warp": warp(),
        "alignment": align(),
        "blazeface": detect(),
        "mesh": locate(),
        "patches": patches(),
        "codec": codec(),
        "latency": latency(),
        "orientation": orientation(),
        "contract": contract(),
    }


def contract():
    """A student's contract; what training changes is fixed here, so it outlives the weights."""
    made = tflite.read_contract(shipped.find_model("demo_student") / "int8/model.tflite")
    steps = {"input": (0.04, -97), "nose": (0.0077, -3), "image": (0.0078125, 0)}
    for tensor in (*made["inputs"], *made["outputs"]):
        tensor["scale"], tensor["zero_point"] = steps.get(tensor["name"], (0.008, -1))
    return {**made, "sha256": "0" * 64, "bytes": 0, "gates": {}, "tfgan_compress_version": ""}


def warp():
    """Warped noise at many scales, turned, beside the picture, mirrored; halved pictures."""
    rng = np.random.default_rng(0)
    cases = []
    for scale in (0.03, 0.11, 0.2, 0.25, 0.27, 0.4, 0.5, 0.77, 0.96, 1.0, 1.9):
        side = int(min(72, 24 / scale + 10))
        image = rng.integers(0, 256, (side, side + 7, 3), np.uint8)
        angle = rng.uniform(-0.6, 0.6)
        turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        if scale == 0.4:
            turn[0] *= -1
        middle = np.array([side + 6, side - 1]) / 2
        matrix = np.column_stack([turn, 11.5 + rng.uniform(-4, 4, 2) - turn @ middle])
        cases.append(_warped(image, matrix, 24))
    cases.append(_warped(image, np.array([[1, 0, 500.0], [0, 1, 0]]), 8))
    shrunk = []
    for height, width, longest in ((37, 50, 25), (9, 31, 8), (5, 5, 5)):
        image = rng.integers(0, 256, (height, width, 3), np.uint8)
        small, grow = alignment.shrink(image, longest)
        shrunk.append({"image": _picture(image), "longest": longest, "small": _picture(small),
                       "grow": grow})  # fmt: skip
    return {"cases": cases, "shrunk": shrunk}


def _warped(image, matrix, size):
    warped = alignment.warp(image, matrix, size)
    return {"image": _picture(image), "matrix": matrix, "warped": _picture(warped)}


def align():
    """Similarities, landmarks in the frame, yaw; keypoints as landmarks."""
    rng = np.random.default_rng(1)
    cases = []
    for name, points in FACES.items():
        points = np.asarray(points, np.float32)
        for size in (64, 128):
            matrix = geometry.alignment_matrix(points, size)
            moved = geometry.transform_points(matrix, points)
            cases.append(
                {"name": name, "landmarks": points, "size": size, "matrix": matrix, "moved": moved,
                 "mirrored": geometry.flip_landmarks(moved, size),
                 "yaw": alignment.estimate_yaw(points)}
            )  # fmt: skip
    keypoints = []
    for points in FACES.values():
        known = np.array([*points[:3], np.mean(points[3:], 0), (80, 90), (200, 95)], np.float64)
        known += rng.normal(0, 0.5, known.shape)
        keypoints.append({"keypoints": known, "landmarks": landmarker.profile_landmarks(known)})
    upright = geometry.alignment_matrix(FACES["turned"], 128)
    crop = mesh.crop_matrix(upright, (64.0, 62.0), 215.0, 128)
    return {"cases": cases, "keypoints": keypoints, "upright": upright, "crop": crop}


def detect():
    """Raw outputs of BlazeFace and what is read in them; tiles; suppression."""
    rng = np.random.default_rng(2)
    matrix = np.array([[0.4, 0.03, -7.0], [-0.03, 0.4, 5.0]])
    chosen = np.sort(rng.choice(896, 7, replace=False))
    regressors, logits = np.zeros((896, 16), np.float32), np.full((896, 1), -9, np.float32)
    regressors[chosen] = rng.normal(0, 12, (7, 16))
    regressors[chosen, 2:4] = rng.uniform(20, 60, (7, 2))
    logits[chosen, 0] = rng.uniform(-2, 4, 7)
    detector = blazeface.BlazeFace.__new__(blazeface.BlazeFace)
    detector._anchors = blazeface._anchors()
    detector._run = lambda _: {"regressors": regressors[None], "classificators": logits[None]}
    image = np.zeros((40, 40, 3), np.uint8)
    found = detector.detect_crop(image, matrix, score=0.3)
    tiles = [
        {"size": size, "tiles": [[*c, s] for c, s in blazeface._tiles(np.array(size))]}
        for size in ((320, 320), (1280, 853), (640, 1000), (100, 900))
    ]
    crowd = [_jittered(d, rng) for d in found for _ in range(3)]
    return {
        "matrix": matrix, "chosen": chosen, "regressors": regressors[chosen],
        "logits": logits[chosen, 0], "detections": [_detection(d) for d in found], "tiles": tiles,
        "crowd": [_detection(d) for d in crowd],
        "kept": [_detection(d) for d in blazeface.suppress(crowd)],
    }  # fmt: skip


def _jittered(detection, rng):
    box = detection.box + rng.normal(0, 9, 4)
    points = detection.keypoints + rng.normal(0, 3, (6, 2))
    return blazeface.Detection(box, points, float(rng.uniform(0.6, 1)))


def _detection(detection):
    return {"box": detection.box, "keypoints": detection.keypoints, "score": detection.score}


def locate():
    """The five points of a mesh."""
    points = np.random.default_rng(3).uniform(0, 192, (468, 3)).round(2).astype(np.float32)
    matrix = np.array([[0.9, 0.1, -3.0], [-0.1, 0.9, 2.0]])
    placed = geometry.untransform_points(matrix, points[:, :2])
    return {"mesh": points, "matrix": matrix, "landmarks": mesh.five_points(placed)}


def patches():
    """What a student takes: patches near and beyond the edges, mirrored, quantized."""
    rng = np.random.default_rng(4)
    student = contract()
    size = student["image_size"]
    image = rng.integers(0, 256, (size, size, 3), np.uint8)
    record = {"input": image, "landmarks": geometry.frontal_landmarks(size), "yaw": 0.0}
    cases = []
    for shift, yaw in (((0, 0), 30.0), ((0.5, -0.5), -30.0), ((-25, 22), 80.0)):
        here = {**record, "landmarks": record["landmarks"] + np.float32(shift), "yaw": yaw}
        there = records.mirror_record(here) if yaw < 0 else here
        inputs = records.network_inputs(there["input"], there["landmarks"])
        stored = {t["name"]: tflite.quantize(inputs[t["name"]], t) for t in student["inputs"]}
        cases.append({"landmarks": here["landmarks"], "yaw": yaw,
                      "inputs": {name: _base64(a) for name, a in stored.items()}})  # fmt: skip
    return {"image": _picture(image), "cases": cases}


def codec():
    """Quantization with ties, clipping; dequantization; floats to bytes."""
    scale = 0.0078125
    values = np.array([0, 0.5, 1.5, 2.5, -0.5, -1.5, 126.5, 127.5, 300, -128.5, -400]) * scale
    values = np.concatenate([values, np.random.default_rng(5).uniform(-1.1, 1.1, 60)])
    values = values.astype(np.float32)
    tensors = []
    for step, zero_point in ((scale, 0), (0.039492588490247726, -97), (0.0077201, -3)):
        tensor = {"dtype": "int8", "scale": step, "zero_point": zero_point}
        stored = tflite.quantize(values, tensor)
        tensors.append({**tensor, "stored": stored, "real": tflite.dequantize(stored, tensor)})
    pixels = np.concatenate([values, (np.arange(256) + 0.5) / 127.5 - 1]).astype(np.float32)
    pixels = pixels[: len(pixels) // 3 * 3]
    floats = records.to_float(np.arange(255, dtype=np.uint8))
    return {"values": values, "tensors": tensors, "pixels": pixels, "floats": floats,
            "bytes": _base64(records.to_uint8(pixels))}  # fmt: skip


def latency():
    """Mean and percentiles of a few lists of times."""
    rng = np.random.default_rng(6)
    cases = []
    for count in (1, 2, 5, 20, 100):
        times = rng.gamma(3.0, 2.0, count)
        p50, p95 = np.percentile(times, [50, 95])
        cases.append({"times": times, "mean": np.mean(times), "p50": p50, "p95": p95})
    return {"cases": cases}


def orientation():
    """A picture stored in each of EXIF's eight ways, and upright as Pillow turns it."""
    image = np.random.default_rng(7).integers(0, 256, (2, 3, 3), np.uint8)
    upright = {}
    for exif in range(1, 9):
        stored, content = Image.fromarray(image), io.BytesIO()
        tags = stored.getexif()
        tags[0x0112] = exif
        stored.save(content, format="PNG", exif=tags)
        upright[exif] = _picture(np.array(ImageOps.exif_transpose(Image.open(content))))
    return {"image": _picture(image), "upright": upright}


def _picture(image):
    return {"width": image.shape[1], "height": image.shape[0], "rgb": _base64(image)}


def _base64(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
