"""`tfgan-compress frontalize`: turns the faces of a photograph to the front."""

HELP = "turn a face in a photograph to the front, with a shipped student"


def add_arguments(parser):
    """Adds the command's options."""
    parser.add_argument("photo", help="picture with a face, at any angle up to profile")
    parser.add_argument(
        "-o",
        "--output",
        default="frontal.png",
        metavar="PNG",
        help="the aligned face and, beside it, its frontal view (default: frontal.png)",
    )
    parser.add_argument(
        "--model", metavar="TFLITE", help="student to use (default: the shipped one)"
    )
    parser.add_argument(
        "--all", action="store_true", help="all faces, not only the largest, one row each"
    )
    parser.add_argument(
        "--frontal-only", action="store_true", help="write the frontal views without the inputs"
    )
    parser.add_argument(
        "--landmarks",
        metavar="X,Y,...",
        help="ten numbers instead of looking for a face: x and y of left eye, right eye, nose tip, "
        "left and right corner of the mouth, in pixels of the upright picture; left is yours",
    )
    parser.epilog = """\
examples:
  tfgan-compress frontalize photo.jpg -o frontal.png
  tfgan-compress frontalize group.jpg --all        also writes frontal-faces.png: which is which
  tfgan-compress frontalize photo.jpg --landmarks 210,180,260,182,262,215,214,246,250,248"""


def run(arguments):
    """Writes the picture and says what was done."""
    from pathlib import Path

    from tfgan_compress import frontalize
    from tfgan_compress.data import photos
    from tfgan_compress.frontalize import drawing

    landmarks = None if arguments.landmarks is None else parse_landmarks(arguments.landmarks)
    output = Path(arguments.output)
    photo = photos.as_photo(arguments.photo)
    frontalizer = frontalize.Frontalizer(arguments.model)
    results = frontalizer(photo, landmarks=landmarks)
    shown = results if arguments.all else results[:1]
    columns = ("image",) if arguments.frontal_only else ("input", "image")
    photos.write_png(output, drawing.sheet(shown, columns))
    for number, result in enumerate(shown, start=1):
        print(f"face {number}: yaw {result.face.yaw:+.0f}, landmarks from {result.face.source}")
    print(
        f"{output}: {'' if arguments.frontal_only else 'aligned face and '}frontal view, by "
        f"{frontalizer.student.contract['name']} ({frontalizer.student.contract['variant']})"
    )
    if len(results) > 1:
        faces = output.with_name(f"{output.stem}-faces.png")
        photos.write_png(faces, drawing.annotate(photo, [result.face for result in results]))
        rest = "" if arguments.all else "; took the largest, --all takes all"
        print(f"{faces}: the {len(results)} faces found{rest}")
    return 0


def parse_landmarks(text):
    """Returns the five points of `x,y,x,y,...` as a list of pairs."""
    try:
        numbers = [float(word) for word in text.replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) != 10:
        raise ValueError(
            "--landmarks must be ten numbers: x,y of left eye, right eye, nose tip, left and "
            f"right mouth corner. Received: {text!r}."
        )
    return list(zip(numbers[::2], numbers[1::2], strict=True))
