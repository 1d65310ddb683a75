import json

import keras
import numpy as np
import pytest

from tests.generators.tiny import WIDTHS, Tiny, random_masks
from tfgan_compress import elastic
from tfgan_compress.cli import main
from tfgan_compress.discriminators import TPGANDiscriminator
from tfgan_compress.generators.tpgan import TPGAN, tpgan_channels
from tfgan_compress.profile import MacCounter, macs, profile

L = keras.layers


def _norm(x):
    return L.GroupNormalization(groups=-1, scale=False, center=False)(x)


def resnet_generator(width=64, size=256):
    """CycleGAN's generator with nine residual blocks."""
    image = keras.Input((size, size, 3))
    x = _norm(L.Conv2D(width, 7, padding="same")(image))
    for factor in (2, 4):
        x = _norm(L.Conv2D(factor * width, 3, strides=2, padding="same")(x))
    for _ in range(9):
        y = _norm(L.Conv2D(4 * width, 3, padding="same")(x))
        x = L.Add()([x, _norm(L.Conv2D(4 * width, 3, padding="same")(y))])
    for factor in (2, 1):
        x = _norm(L.Conv2DTranspose(factor * width, 3, strides=2, padding="same")(x))
    return keras.Model(image, L.Conv2D(3, 7, padding="same", activation="tanh")(x))


def mobile_resnet(c, size=256):
    """GAN Compression's student: separable residual blocks, eight widths."""
    image = keras.Input((size, size, 3))
    x = _norm(L.Conv2D(c[0], 7, padding="same")(image))
    x = _norm(L.Conv2D(2 * c[1], 3, strides=2, padding="same")(x))
    x = _norm(L.Conv2D(4 * c[2], 3, strides=2, padding="same")(x))
    for block in range(9):
        y = _separable(x, 4 * c[3 + block // 3])
        x = L.Add()([x, _separable(y, 4 * c[2])])
    x = _norm(L.Conv2DTranspose(2 * c[6], 3, strides=2, padding="same")(x))
    x = _norm(L.Conv2DTranspose(c[7], 3, strides=2, padding="same")(x))
    return keras.Model(image, L.Conv2D(3, 7, padding="same", activation="tanh")(x))


def _separable(x, filters):
    return _norm(L.Conv2D(filters, 1)(_norm(L.DepthwiseConv2D(3, padding="same")(x))))


def unet_generator(width=64, size=256):
    """pix2pix's generator, eight levels deep."""
    image = keras.Input((size, size, 3))
    x, skips = image, []
    for level in range(8):
        filters = width * min(2**level, 8)
        bare = level in (0, 7)
        x = L.Conv2D(filters, 4, strides=2, padding="same", use_bias=level == 0 or bare)(x)
        x = x if bare else L.BatchNormalization()(x)
        skips.append(x)
    for level in reversed(range(7)):
        x = L.Conv2DTranspose(
            width * min(2**level, 8), 4, strides=2, padding="same", use_bias=False
        )(x)
        x = L.Concatenate()([L.BatchNormalization()(x), skips[level]])
    return keras.Model(image, L.Conv2DTranspose(3, 4, strides=2, padding="same")(x))


@pytest.fixture(scope="module")
def tpgan():
    return TPGAN((128, 128, 3), base_width=8, elastic=True)


@pytest.fixture(scope="module")
def tpgan_counters(tpgan):
    return {c: MacCounter(tpgan, convention=c) for c in ("true", "paper")}


@pytest.fixture(scope="module")
def supernet():
    return Tiny(elastic=True, factorized=("last",))


def test_resnet_generator_matches_the_literature():
    counted = profile(resnet_generator())
    assert counted.params == 11_378_179
    norms = [row.macs_paper for row in counted.layers if row.type == "GroupNormalization"]
    assert len(norms) == 23
    assert round((counted.macs_paper - sum(norms)) / 1e9, 2) == 56.80
    assert round(counted.macs_true / 1e9, 2) == 49.55


@pytest.mark.parametrize(
    ("channels", "params", "paper"),
    [
        ((16, 16, 32, 16, 32, 32, 16, 16), 356_867, 2_546_204_672),
        ((32, 32, 48, 32, 48, 48, 16, 16), 822_051, 4_993_843_200),
    ],
)
def test_compressed_resnets_match_the_literature(channels, params, paper):
    counted = profile(mobile_resnet(channels))
    assert (counted.params, counted.macs_paper) == (params, paper)


def test_unet_generator_matches_the_literature():
    counted = profile(unet_generator())
    assert round(counted.params / 1e6, 2) == 54.41
    assert round(counted.macs_true / 1e9, 2) == 6.05


def test_tpgan_of_base_width_64_matches_its_analysis(tpgan_counters):
    channels = tpgan_channels(64)
    assert round(tpgan_counters["true"](channels) / 1e9, 1) == 92.9
    assert round(tpgan_counters["paper"](channels) / 1e9, 1) == 98.8
    assert round(tpgan_counters["true"].params(channels) / 1e6, 1) == 157.4


def test_tpgan_of_base_width_16_matches_its_analysis(tpgan_counters):
    channels = tpgan_channels(16)
    assert tpgan_counters["true"].params(channels) == 13_449_672
    assert round(tpgan_counters["true"](channels) / 1e9, 1) == 7.3


def test_closed_form_equals_the_built_model(tpgan, tpgan_counters):
    counted = profile(tpgan)
    assert tpgan_counters["true"](tpgan.channels) == counted.macs_true
    assert tpgan_counters["paper"](tpgan.channels) == counted.macs_paper
    assert tpgan_counters["true"].params(tpgan.channels) == counted.params
    assert counted.params == sum(np.prod(w.shape) for w in tpgan.trainable_weights)


def test_tpgan_discriminator_matches_its_analysis():
    counted = profile(TPGANDiscriminator((128, 128, 3)))
    assert round(counted.params / 1e6, 2) == 13.36
    assert round(counted.macs_true / 1e9, 2) == 0.65


@pytest.mark.parametrize("seed", [1, 2])
def test_masked_supernet_counts_as_its_student(supernet, seed):
    masks = random_masks(WIDTHS, seed, leading=False)
    elastic.set_masks(supernet, masks)
    masked, student = profile(supernet), profile(elastic.extract(supernet))
    assert masked.params == student.params
    assert masked.macs_true == student.macs_true
    assert masked.macs_paper == student.macs_paper
    rows = {row.name: row for row in masked.layers}
    assert all(rows[row.name] == row for row in student.layers)


def test_counter_agrees_with_students_of_any_width(supernet):
    rng = np.random.default_rng(0)
    true, paper = MacCounter(supernet), MacCounter(supernet, convention="paper")
    for _ in range(3):
        channels = {g: int(rng.integers(1, w + 1)) for g, w in WIDTHS.items()}
        student = profile(Tiny(channels, factorized=("last",)))
        assert true(channels) == student.macs_true
        assert paper(channels) == student.macs_paper
        assert true.params(channels) == student.params


def test_frozen_model_keeps_its_parameters(supernet):
    model = Tiny()
    before = profile(model).params
    model.trainable = False
    assert profile(model).params == before


def test_shared_weights_count_once_and_their_macs_twice():
    image, layer = keras.Input((4, 4, 3)), L.Conv2D(3, 3, padding="same")
    once, twice = keras.Model(image, layer(image)), keras.Model(image, layer(layer(image)))
    assert profile(twice).params == profile(once).params == 84
    assert profile(twice).macs_true == 2 * profile(once).macs_true == 2 * 16 * 81


def test_nested_models_are_counted_with_their_names():
    inner = keras.Sequential([keras.Input((4, 4, 3)), L.Conv2D(5, 1, name="conv")], name="inner")
    image = keras.Input((4, 4, 3))
    counted = profile(keras.Model(image, L.Conv2D(2, 1, name="last")(inner(image))))
    assert counted.macs_true == 16 * (3 * 5 + 5 * 2)
    assert "inner/conv" in {row.name for row in counted.layers}


def test_grouped_and_separable_convolutions_are_counted():
    image = keras.Input((4, 4, 6))
    x = L.Conv2D(4, 3, groups=2, padding="same", use_bias=False)(image)
    model = keras.Model(image, L.SeparableConv2D(5, 3, padding="same", use_bias=False)(x))
    assert profile(model).macs_true == 16 * (9 * 3 * 4 + 9 * 4 + 4 * 5)


def test_layer_with_unknown_macs_is_refused_by_name():
    image = keras.Input((8, 4))
    model = keras.Model(image, L.MultiHeadAttention(1, 2, name="attend")(image, image))
    with pytest.raises(ValueError, match=r"'attend'.*MultiHeadAttention"):
        profile(model)


def test_unknown_convention_and_missing_group_are_refused(supernet):
    with pytest.raises(ValueError, match="convention must be one of"):
        macs(supernet, "fast")
    with pytest.raises(ValueError, match="none for 'up'"):
        MacCounter(supernet)({g: w for g, w in WIDTHS.items() if g != "up"})


def test_table_sorts_and_ends_with_the_totals(supernet):
    counted = profile(supernet)
    lines = counted.table(sort="params", top=3).splitlines()
    assert len(lines) == 7
    heaviest = max(counted.layers, key=lambda row: row.params)
    assert lines[2].startswith(heaviest.name)
    assert f"{counted.params:,}" in lines[-1]


# Keras's own writer, with NumPy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_command_profiles_a_saved_model_and_writes_json(tmp_path, capsys):
    model = keras.Sequential([keras.Input((4, 4, 3)), L.Conv2D(5, 1)], name="small")
    model.save(tmp_path / "model.keras")
    written = tmp_path / "counts.json"
    assert main(["profile", str(tmp_path / "model.keras"), "--json", str(written)]) == 0
    assert "small: 0.000M parameters" in capsys.readouterr().out
    assert json.loads(written.read_text())["macs_true"] == 240


@pytest.mark.parametrize("generator", ["crgan", "tpgan"])
def test_command_profiles_a_generator_of_the_package(generator, capsys):
    options = ["--generator", generator, "--size", "32", "--base-width", "8", "--top", "1"]
    assert main(["profile", *options]) == 0
    assert f"\n{generator}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of them"),
        (["no.keras"], "There must be a folder no.keras"),
        (["README.md"], "or a .keras file. Received: README.md"),
    ],
)
def test_command_says_what_is_wrong(arguments, message, capsys, monkeypatch, tmp_path):
    (tmp_path / "README.md").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["profile", *arguments]) == 2
    assert message in capsys.readouterr().err
