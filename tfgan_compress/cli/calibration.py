"""Options and pictures of the commands that calibrate int8 ranges."""

from tfgan_compress.quantization import PERCENTILES


def add_calibration_options(parser):
    """Adds `--images` and `--percentile` to `parser`."""
    parser.add_argument(
        "--images", type=int, default=48, help="images to calibrate on (default: 48)"
    )
    parser.add_argument(
        "--percentile",
        type=float,
        metavar="P",
        help="leave the outliers of int8 activations beyond this percentile out of their ranges; "
        f"100 leaves none out (default: the best of {', '.join(f'{p:g}' for p in PERCENTILES)})",
    )


def calibration_batches(source, count):
    """Returns batches of augmented records: what a camera does to a picture widens the ranges.

    Args:
        source: Source of records.
        count: How many pictures to take of it, at least 1.
    """
    import itertools

    size = min(8, count)
    served = augmented_batches(source, batch_size=size, seed=0)
    return list(itertools.islice(served, -(-count // size)))


def augmented_batches(source, **options):
    """Returns shuffled, augmented batches of `source`; `options` as in `data.batches.batches`."""
    from tfgan_compress.data.augment import Augmentation
    from tfgan_compress.data.batches import batches

    return batches(source, shuffle=True, augment=Augmentation(), **options)
