"""`tfgan-compress serve`: the page that frontalizes in the browser."""

HELP = "a page that turns faces to the front in the browser, on this machine"


def add_arguments(parser):
    """Adds the command's options."""
    parser.add_argument(
        "--port", type=int, default=8000, metavar="N", help="0 for any (default: %(default)s)"
    )
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="a .tflite student, a folder of its variants, or a shipped one's name "
        "(default: all that are shipped)",
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.epilog = """\
LiteRT.js, which runs the models in the browser, is downloaded once from npm (12 MB) into
~/.cache/tfgan_compress/page, or $TFGAN_PAGE_CACHE.

examples:
  tfgan-compress serve --open
  tfgan-compress serve --model runs/demo/export
  adb reverse tcp:8000 tcp:8000      then a phone's browser finds it at http://localhost:8000"""


def run(arguments):
    """Serves until it is interrupted."""
    import contextlib
    import webbrowser

    from tfgan_compress.page import Server, build_site

    with Server(build_site(arguments.model), arguments.port) as server:
        print(f"{server.url}   (Ctrl-C ends it)", flush=True)
        if arguments.open:
            webbrowser.open(server.url)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0
