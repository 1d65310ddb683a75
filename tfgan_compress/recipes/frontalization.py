"""The settings of the whole story, and TP-GAN on synthetic faces.

`FULL` is the 128x128 experiment; `DEMO` is its small sister for a first look, and `DEMO_TEACHER`
makes the teacher that `DEMO` compresses. The paper (Wei et al. 2021) reports 19.4x fewer MACs and
27.3x fewer parameters for TP-GAN.
"""

import dataclasses

FACTORIZED = ("dec128", "conv4", "dec8", "dec16", "left", "right", "nose", "mouth")
"""Stages with separable convolutions: the one at full size that takes a third of all MACs, and
those that hold most parameters. With them a width for a 25th of the parameters is one for a
twentieth of the MACs, too. What each costs, `tfgan-compress profile MODEL --sensitivity SET` tells.
"""

DROPPED = ("noise", "conv0_inner", "sel128_inner", "sel64_inner")
"""Noise is for teachers: a student answers the same each time. The others are residual blocks of
few channels on large pictures, a fifth of a student's time."""


@dataclasses.dataclass(frozen=True)
class Frontalization:
    """Settings of teacher, supernet, search, student and evaluation.

    An epoch is `steps_per_epoch` steps; after each one the state is saved. Epochs of 0 leave a
    stage's part out.
    """

    name: str = "tpgan"
    architecture: str = "tpgan"  # or crgan, pim: see training.architectures
    seed: int = 0
    dtype: str = "float32"  # mixed_bfloat16 halves the time where the CPU knows it
    workers: int = 0  # threads that prepare batches while the device computes
    captured: bool = False  # a step as a CUDA graph, on the torch backend: see training.capture

    # Data: identities are seeds; those from 100,000 on are never trained on.
    data: str = "synthetic"  # or multipie:PATH, caspeal:PATH; these have people of their own
    train_people: int = 0  # of a licensed set, for a part of one; 0 is as published
    image_size: int = 128
    identities: int = 800
    held_out: int = 40  # of them, for scoring candidates and fine-tuning
    views: int = 8
    lights: int = 3
    profiles: float = 0.0  # share of the views in profile, beside what chance brings
    test_identities: int = 50
    frll: str = ""  # folder of the Face Research Lab London Set, to train on real people too
    frll_share: float = 0.25
    frll_morphs: int = 0  # people made of two of them, who share in frll_share; data.morphs
    frll_reshaped: int = 0  # more of them, made of a real and a rendered one
    # Whether a student learns of real people from its teacher, too, or from their truths alone.
    frll_taught: bool = True
    # The same folder as PIM's target data: its views are seen, its truths are not.
    wild: str = ""

    # Teacher
    base_width: int = 16
    batch_size: int = 8
    steps_per_epoch: int = 100
    # Pixel losses on half the size: less than half the work of a step. TP-GAN's alone.
    coarse_epochs: int = 40
    teacher_epochs: int = 10  # then on the whole
    adversarial_epochs: int = 40  # then all of the network's own
    teacher_rate: float = 1.5e-3
    teacher_start: str = ""  # go on training this saved teacher instead of a new one
    teacher_weights: str = ""  # use this trained teacher: a folder, or the name of a shipped one

    # Loss weights; pixel losses are means over images in [-1, 1]
    patch: float = 0.3
    symmetry: float = 0.05
    # 5e-3 drew streaks before the face was learned; 0 trains without a discriminator.
    adversarial: float = 2e-3
    identity: float = 0.2
    contrast: float = 0.0  # of students, within identity: not to be taken for others; ours
    jitter: bool = False  # moves and mirrors what the recognizer of identity sees; losses.jitter
    tv: float = 1e-4
    checkerboard: float = 1.0  # ours: see losses.pixel
    ssim: float = 0.0  # of 1 - SSIM, beside L1
    classification: float = 0.01
    distillation: float = 0.3
    # The teacher answers each record once, before: spares its pass in every step, and the features
    # that take much room. Each record keeps one augmentation.
    precomputed: bool = False
    # Ten times this, and a discriminator knows every blurred face from the third epoch on.
    discriminator_rate: float = 3e-5

    # CR-GAN's teacher; the values are the published ones
    view_classes: int = 13  # 15 degrees apart: 9 reach to 60 on either side, 13 to 90
    reconstruction: float = 4.0  # times L1, summed over colours
    critic_rate: float = 1e-4  # of encoder, decoder and critic once there is a critic
    frontal_epochs: int = 0  # at the end, of the frontal view alone, with identity

    # Supernet: at most this share of the teacher's widths
    width_share: float = 0.5
    narrowest: float = 0.25  # width of a subnet, as a share of the supernet's
    factorized: tuple[str, ...] = FACTORIZED
    largest_kernel: int = 3  # side of the students' convolutions; 0 keeps the teacher's
    code_rank: int = 0  # of the matrix before a student's code, TP-GAN's alone; 0: as it is
    dropped: tuple[str, ...] = DROPPED  # groups left out; an inner one takes its block along
    supernet_epochs: int = 20
    supernet_rate: float = 1e-3
    sampling: str = "uniform"
    inherit_discriminator: bool = True

    # Search
    macs_ratio: float = 20.0
    params_ratio: float = 25.0
    candidates: int = 200
    strategy: str = "evolution"
    recalibration_batches: int = 8

    # Student
    student_start: str = ""  # fine-tune this one, without a supernet: a folder, or a shipped one
    widened: tuple[str, ...] = ()  # its groups that get more channels, e.g. conv4_inner*:96
    student_epochs: int = 20
    student_rate: float = 5e-4

    # Export
    qat_epochs: int = 0  # trains the student's int8 twin to paint what the student paints
    qat_identity: float = 0.0  # of the person in it, beside the pixels
    int8_psnr: float = 35.0


FULL = Frontalization(
    dtype="mixed_bfloat16",
    profiles=0.3,
    # A discriminator knows every face that is painted here, and has nothing to teach.
    adversarial=0.0,
    identity=0.8,
    contrast=3.0,
    student_epochs=40,
    student_rate=1e-3,
    qat_epochs=10,
    qat_identity=0.2,
)
"""TP-GAN on rendered faces of 128x128; what came of it is on the cards of the shipped pair.

It is a matter of people and pictures: of 50 unseen people ResNet-29 found 54% in what a teacher
painted that had seen 51,000 pictures of 800 people, 64% after 219,000 more at a fiftieth of the
rate, and 93% after 343,000 of 3,000 others at this one. That was six minutes of an H200, and seven
of 14 cores to render. As a command:

    KERAS_BACKEND=torch tfgan-compress train --set teacher_start=tpgan_teacher captured=true \\
        workers=8 batch_size=64 coarse_epochs=0 teacher_epochs=0 adversarial_epochs=54 \\
        seed=10000 identities=3000

What brought its student from 57% to the teacher's 92% by the same count, what was tried besides,
and whether the search pays: `saved_models/tpgan_student/training.md`.
"""

DEMO_TEACHER = Frontalization(
    name="demo_teacher",
    dtype="mixed_bfloat16",
    image_size=64,
    identities=1600,
    base_width=8,
    coarse_epochs=20,
    teacher_epochs=5,
    adversarial_epochs=125,
    teacher_rate=1e-3,
    adversarial=0.0,
    identity=0.8,
)
"""The teacher of the demo: rendering takes 8 minutes of two cores, training 75 of one.

Of 50 unseen people ResNet-29 finds 79% in what it paints. It found 16% after 3,300 steps on 400
people at `identity=0.2`, against a discriminator.
"""

DEMO = dataclasses.replace(
    DEMO_TEACHER,
    name="demo",
    dtype="float32",
    identities=40,
    held_out=6,
    views=12,
    lights=3,
    test_identities=8,
    steps_per_epoch=20,
    teacher_weights="demo_teacher",
    # So narrow a teacher has little to spare. Two channels paint a mask; of separable convolutions
    # there are four to six for fewer MACs.
    width_share=1.0,
    narrowest=0.5,
    macs_ratio=8.0,
    params_ratio=8.0,
    # The same 400 pictures come round six times and more.
    precomputed=True,
    supernet_epochs=8,
    candidates=24,
    student_epochs=16,
    student_rate=1e-3,
)

RECIPES = (FULL, DEMO_TEACHER, DEMO)


def override(recipe, settings):
    """Returns `recipe` with `settings`, a list of `"key=value"`.

    Raises:
        ValueError: Naming the nearest key if there is no such key, or the type that is needed.
    """
    import difflib

    fields = {field.name: field for field in dataclasses.fields(recipe)}
    changes = {}
    for setting in settings:
        key, separator, text = setting.partition("=")
        if not separator:
            raise ValueError(f"A setting must read key=value. Received: {setting!r}.")
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)[0]
            raise ValueError(f"Unknown setting {key!r}. Did you mean {near!r}?")
        changes[key] = _parse(key, text, getattr(recipe, key))
    return dataclasses.replace(recipe, **changes)


def _parse(key, text, default):
    kind = type(default)
    if kind is tuple:
        return tuple(part for part in text.split(",") if part)
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{key} must be true or false. Received: {text!r}.")
        return text.lower() == "true"
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{key} must be {kind.__name__}. Received: {text!r}.") from error
