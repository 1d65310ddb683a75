"""`tfgan-compress faces`: contact sheets of synthetic faces, or a data set of them."""

HELP = "draw synthetic faces: a contact sheet, or a data set to train on"
# Repeated from the package, which must not be imported to show the help.
SHEETS = ("contact", "ages", "expressions", "multipie", "varied", "evaluation", "london")
PRESETS = ("multipie", "varied", "evaluation", "london")


def add_arguments(parser):
    """Adds the command's options."""
    parser.add_argument(
        "--preset",
        choices=SHEETS,
        default=None,
        help="which pictures of each person: sheets default to contact (4 yaws, 2 lights), "
        f"data sets to varied and take only {', '.join(PRESETS)}",
    )
    parser.add_argument(
        "--identities", type=int, metavar="N", help="number of people (default: 8; 500 to render)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the first person (default: 0)")
    parser.add_argument(
        "--size", type=int, default=128, help="side of a picture in pixels, 32..512 (default: 128)"
    )
    parser.add_argument(
        "-o", "--output", default="faces.png", metavar="PNG", help="the sheet (default: faces.png)"
    )
    parser.add_argument(
        "--render",
        metavar="DIR",
        help="render a data set into DIR instead; resumes where it stopped",
    )
    parser.add_argument(
        "--views", type=int, default=20, help="views of each person, preset varied (default: 20)"
    )
    parser.add_argument(
        "--profiles",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of them turned by 65 to 92 degrees, beside what chance brings (default: 0)",
    )
    parser.add_argument(
        "--workers", type=int, help="processes that render a data set (default: one for each core)"
    )


def run(arguments):
    """Draws the sheet or renders the set. Returns 0."""
    if arguments.identities is not None and arguments.identities < 1:
        raise ValueError(f"--identities must be at least 1. Received: {arguments.identities}.")
    if arguments.seed < 0:
        raise ValueError(f"--seed must not be negative. Received: {arguments.seed}.")
    return _render(arguments) if arguments.render else _draw(arguments)


def _render(arguments):
    from tfgan_compress.data.faces.dataset import render_set

    preset = arguments.preset or "varied"
    if preset not in PRESETS:
        raise ValueError(f"--preset must be one of {PRESETS} with --render. Received: {preset!r}.")
    faces = render_set(
        arguments.render,
        range(arguments.seed, arguments.seed + (arguments.identities or 500)),
        preset=preset,
        image_size=arguments.size,
        views=arguments.views,
        profiles=arguments.profiles,
        workers=arguments.workers,
    )
    print(f"{arguments.render}: {len(faces)} records of {len(faces.seeds)} people, preset {preset}")
    return 0


def _draw(arguments):
    from PIL import Image

    from tfgan_compress.data.faces.sheet import draw_sheet
    from tfgan_compress.files import atomic_path

    seeds = range(arguments.seed, arguments.seed + (arguments.identities or 8))
    sheet = draw_sheet(arguments.preset or "contact", seeds, image_size=arguments.size)
    with atomic_path(arguments.output) as path:
        Image.fromarray(sheet).save(path)
    print(f"{arguments.output}: {sheet.shape[1]} x {sheet.shape[0]} pixels, {len(seeds)} people")
    return 0
