import numpy as np
import pytest

from tfgan_compress import geometry
from tfgan_compress.losses.pixel import (
    CheckerboardLoss,
    PatchLoss,
    PixelLoss,
    SSIMLoss,
    SymmetryLoss,
    TotalVariationLoss,
)
from tfgan_compress.losses.step import Loss, Step

SIZE = 32


def flat(value, size=SIZE):
    return np.full((2, size, size, 3), value, np.float32)


def face(seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (2, SIZE, SIZE, 3)).astype(np.float32)


def value(loss, outputs, target=None, teacher=None):
    batch = {} if target is None else {"target": target}
    return float(loss(Step(batch=batch, outputs=outputs, teacher_outputs=teacher or {})))


def test_pixel_loss_weighs_the_scales():
    outputs = {
        "image": flat(0.1),
        "image_half": flat(0.2, SIZE // 2),
        "image_quarter": flat(0.4, SIZE // 4),
    }
    loss = PixelLoss(scales=(1.0, 2.0, 3.0))
    assert value(loss, outputs, flat(0.0)) == pytest.approx(1.7, rel=1e-4)
    assert value(loss, {"image": flat(0.1)}, flat(0.0)) == pytest.approx(0.1, rel=1e-4)


def test_small_scales_are_compared_with_block_means():
    target = face()
    halves = target.reshape(2, SIZE // 2, 2, SIZE // 2, 2, 3).mean((2, 4))
    assert value(PixelLoss(), {"image": target, "image_half": halves}, target) < 1e-6


def test_records_that_do_not_count_are_noughts_in_the_mean():
    images = np.concatenate([flat(0.2), flat(0.6)])
    batch = {"taught": np.array([True, True, False, False])}
    loss = PixelLoss(against="teacher", where="taught")
    step = Step(batch=batch, outputs={"image": images}, teacher_outputs={"image": 0 * images})
    assert float(loss(step)) == pytest.approx(0.1, rel=1e-5)
    assert float(PixelLoss(against="teacher")(step)) == pytest.approx(0.4, rel=1e-5)


def test_pixel_loss_compares_with_the_teacher_when_told_to():
    loss = PixelLoss(against="teacher")
    assert loss.name == "pixel_teacher"
    assert value(loss, {"image": face()}, flat(0.0), {"image": face()}) == 0
    with pytest.raises(ValueError, match="'target' or 'teacher'"):
        PixelLoss(against="student")


def test_patch_loss_looks_at_the_frontal_landmarks():
    target = flat(0.0)
    corners = geometry.patch_corners(geometry.frontal_landmarks(SIZE), SIZE)
    patches = {}
    for number, (name, (height, width)) in enumerate(geometry.patch_shapes(SIZE).items()):
        row, column = corners[name]
        target[:, row : row + height, column : column + width] += number
        patches[name] = (row, column, height, width)
    redrawn = {
        name: target[:, row : row + height, column : column + width]
        for name, (row, column, height, width) in patches.items()
    }
    assert value(PatchLoss(), redrawn, target) == 0
    redrawn["nose"] = redrawn["nose"] + 0.25
    assert value(PatchLoss(), redrawn, target) == pytest.approx(0.25)


def test_symmetric_face_costs_nothing():
    half = face()
    symmetric = (half + half[:, :, ::-1]) / 2
    assert value(SymmetryLoss(), {"image": symmetric}) < 1e-6
    assert value(SymmetryLoss(), {"image": half}) > 0.1


def test_symmetry_moves_the_right_half_only():
    import tensorflow as tf

    image = tf.Variable(face())
    with tf.GradientTape() as tape:
        loss = SymmetryLoss()(Step(batch={}, outputs={"image": image}))
    gradient = tape.gradient(loss, image).numpy()
    assert not gradient[:, :, : SIZE // 2].any()
    assert gradient[:, :, SIZE // 2 :].any()


def test_total_variation_counts_steps_in_both_directions():
    rows = np.linspace(0, 1, SIZE, dtype=np.float32)[None, :, None, None]
    ramp = np.broadcast_to(rows, (2, SIZE, SIZE, 3))
    step = 1 / (SIZE - 1)
    assert value(TotalVariationLoss(), {"image": ramp}) == pytest.approx(step, rel=1e-4)
    both = ramp + np.swapaxes(ramp, 1, 2)
    assert value(TotalVariationLoss(), {"image": both}) == pytest.approx(2 * step, rel=1e-4)


def test_loss_must_say_how_it_is_computed():
    class Nameless(Loss):
        pass

    with pytest.raises(TypeError, match="Nameless must define __call__"):
        Nameless()(None)


def test_ssim_loss_feels_lost_contrast_where_l1_is_the_same():
    grain = np.sign(face()) * 0.2
    target = 0.5 + grain
    paler, lighter = {"image": 0.5 + grain / 2}, {"image": 0.6 + grain}
    assert value(PixelLoss(), paler, target) == pytest.approx(value(PixelLoss(), lighter, target))
    assert value(SSIMLoss(), {"image": target}, target) == pytest.approx(0, abs=1e-5)
    assert value(SSIMLoss(), paler, target) > 0.1 + value(SSIMLoss(), lighter, target)


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("axis", [1, 2])
def test_checkerboard_loss_sees_a_pattern_that_l1_hardly_sees(period, axis):
    wave = 0.01 * np.cos(2 * np.pi * np.arange(SIZE) / period)
    woven = flat(0.2) + np.expand_dims(wave, [a for a in range(4) if a != axis])
    assert value(CheckerboardLoss(), {"image": woven}, flat(0.2)) > 0.003
    noise = face() - face(1)
    assert value(CheckerboardLoss(), {"image": noise}, flat(0.0)) < 0.3 * np.abs(noise).mean()


def test_checkerboard_loss_leaves_patterns_of_the_truth_and_shades_alone():
    target = face()
    assert value(CheckerboardLoss(), {"image": target}, target) == 0
    ramp = np.linspace(-0.1, 0.1, SIZE)
    shade = (ramp[:, None] + 2 * ramp)[None, :, :, None]
    assert value(CheckerboardLoss(), {"image": target + shade}, target) < 1e-6


def test_checkerboard_loss_refuses_pictures_that_blocks_do_not_fill():
    with pytest.raises(ValueError, match=r"multiples of 16\. Received: \(24, 24\)"):
        value(CheckerboardLoss(), {"image": flat(0.0, 24)}, flat(0.0, 24))
