"""Data that a command line names: rendered faces, or sets of photographs on this disk."""

SETS = ("frll", "multipie", "caspeal")
# Repeated from the package, which must not be imported to show the help.
JUDGES = ("resnet29", "faceres")


def add_data_options(parser, *, several=False):
    """Adds `--data` and what goes with it to `parser`."""
    parser.add_argument(
        "--data",
        required=True,
        nargs="+" if several else None,
        metavar="DATA",
        help="a folder of rendered faces, or frll:PATH, multipie:PATH, caspeal:PATH",
    )
    parser.add_argument("--people", type=int, metavar="N", help="only the first N people")
    parser.add_argument(
        "--cache", metavar="DIR", help="keep aligned photographs in DIR, so that they are read once"
    )
    add_set_options(parser)


def add_judges(parser, *, nargs, default=JUDGES):
    """Adds `--judges`, as `evaluate.Evaluator` takes them, to `parser`."""
    usual = "both" if default else "none, and no SSIM either"
    parser.add_argument(
        "--judges",
        nargs=nargs,
        default=default,
        metavar="NAME",
        help=f"recognizers: resnet29, faceres, or folders of your own (default: {usual})",
    )


def add_set_options(parser):
    """Adds the options of the licensed sets to `parser`."""
    parser.add_argument(
        "--setting", type=int, metavar="N", help="Multi-PIE's setting, 1 or 2 (default: 2)"
    )
    parser.add_argument(
        "--frontal-light", type=int, metavar="N", help="Multi-PIE's gallery light (default: 7)"
    )
    parser.add_argument(
        "--landmarks",
        metavar="CSV",
        help="landmarks of Multi-PIE, columns name and landmarks (default: landmarks.csv in it)",
    )
    parser.add_argument(
        "--train-people", type=int, metavar="N", help="people who train, if not as published"
    )


def scan(name, path, arguments):
    """Returns the `Inventory` of the licensed set `name` in `path`."""
    from tfgan_compress.data.licensed import SCANNERS

    names = {
        "multipie": ("setting", "frontal_light", "landmarks", "train_people"),
        "caspeal": ("train_people",),
    }
    options = {option: getattr(arguments, option) for option in names[name]}
    given = {key: value for key, value in options.items() if value is not None}
    return SCANNERS[name](path, **given)


def open_data(name, image_size, arguments):
    """Returns `(source, gallery)` of unseen people; `gallery` is None where it is the source.

    Args:
        name: What `--data` says.
        image_size: The model's.
        arguments: Parsed arguments of `add_data_options`.

    Raises:
        ValueError: If the data do not have the model's size, or nobody is asked for.
    """
    if arguments.people is not None and arguments.people < 1:
        raise ValueError(f"--people must be at least 1. Received: {arguments.people}.")
    kind, _, path = name.partition(":")
    if kind not in SETS:
        source, gallery = _faces(name, image_size), None
    elif kind == "frll":
        _, source, gallery = _london(path, image_size, arguments.cache)
    else:
        source, gallery = _licensed(kind, path, image_size, arguments), None
    return _first(source, gallery, arguments.people)


def open_split(name, image_size, arguments):
    """Returns `(known, unseen, gallery)`: people to calibrate and train on, and to judge by.

    The people of photographs are split as published, a fourth of rendered ones is unseen.

    Args: as in `open_data`, with the same errors; `--people` limits the unseen.
    """
    from tfgan_compress.data.splits import split_source

    kind, _, path = name.partition(":")
    if kind == "frll":
        known, unseen, gallery = _london(path, image_size, arguments.cache)
        return known, *_first(unseen, gallery, arguments.people)
    if kind in SETS:
        known = _licensed(kind, path, image_size, arguments, part="train")
        return known, *open_data(name, image_size, arguments)
    known, unseen = split_source(_faces(name, image_size), held_out=0.25, seed=0)
    return known, *_first(unseen, None, arguments.people)


def _first(source, gallery, people):
    if people is None:
        return source, gallery
    from tfgan_compress.data.splits import Selection

    # The gallery keeps everybody: among fewer people rank-1 would be easier.
    if gallery is None:
        known = int(max(source.record_identities)) + 1
        return Selection(source, range(min(people, known))), source
    return Selection(gallery, source.identities[:people]), gallery


def _faces(path, image_size):
    from tfgan_compress.data.faces import FaceSet

    faces = FaceSet(path)
    if faces.image_size != image_size:
        raise ValueError(
            f"The model takes {image_size}x{image_size} pixels; render the faces again with "
            f"--size {image_size}. Received: {path}, {faces.image_size}x{faces.image_size} pixels."
        )
    return faces


def _london(path, image_size, cache):
    """The London Set's people who train, its held-out people, and everybody for the gallery."""
    from tfgan_compress.data.frll import load_frll, split_frll
    from tfgan_compress.frontalize import Landmarker

    everybody = load_frll(path, image_size=image_size, landmarker=Landmarker(), cache=cache)
    return *split_frll(everybody), everybody


def _licensed(kind, path, image_size, arguments, part="test"):
    from tfgan_compress.frontalize import Landmarker

    found = scan(kind, path, arguments)
    return found.load(part, image_size=image_size, landmarker=Landmarker(), cache=arguments.cache)
