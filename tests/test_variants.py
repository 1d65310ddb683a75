from tests.export.models import images_for
from tests.quantization.test_equalization import uneven
from tfgan_compress.files import read_json
from tfgan_compress.variants import compare_variants, markdown


def test_every_variant_gets_a_file_and_a_row(tmp_path):
    model = uneven()
    trained = []
    rows = compare_variants(
        model,
        tmp_path,
        name="uneven",
        calibration=[images_for(model, 8)],
        held_out=[images_for(model, 4, seed=1)],
        train=trained.append,
    )
    names = ["float32", "float16", "dynamic", "ptq", "ptq_percentile", "equalized"]
    names += ["equalized_percentile", "qat"]
    assert [row["variant"] for row in rows] == names
    by_name = {row["variant"]: row for row in rows}
    # The channels are a thousand times apart: that is what equalisation is for.
    assert by_name["equalized"]["psnr"] > by_name["ptq"]["psnr"] + 5
    assert all(row["delegated"] and row["zipped"] > 0 for row in rows)
    assert min(row["agreement"] for row in rows if row["agreement"]) > 45
    assert len(trained) == 1
    assert read_json(tmp_path / "variants.json") == rows
    text = (tmp_path / "variants.md").read_text()
    assert text == markdown(rows) and "rank-1" not in text and "| qat |" in text
