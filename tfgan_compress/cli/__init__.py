"""The command line: `tfgan-compress COMMAND ...`.

Each command is a module of this folder with `HELP` (one line), `add_arguments(parser)` and
`run(arguments) -> int`, and imports only the standard library at its top: TensorFlow and its
like load inside `run`, so that `--help` answers at once.
"""

import argparse
import contextlib
import importlib
import sys

from tfgan_compress import __version__
from tfgan_compress.cli.quiet import quiet

COMMANDS = (
    "demo",
    "faces",
    "data",
    "train",
    "compress",
    "search",
    "export",
    "quantize",
    "evaluate",
    "tables",
    "benchmark",
    "frontalize",
    "serve",
    "profile",
)

DESCRIPTION = """\
Compress an image-to-image GAN into a tiny .tflite student.

The story: a teacher becomes a once-for-all supernet, a search picks channel widths under a
MACs budget, the student is extracted and fine-tuned, exported and measured."""

EPILOG = """\
start here:
  tfgan-compress demo                            the whole story in minutes, with a report
  tfgan-compress frontalize photo.jpg -o out.png a shipped student on your own photograph
  tfgan-compress COMMAND --help                  what a command takes, with examples"""

USER_ERRORS = (
    ValueError,
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    FloatingPointError,  # Training that ran away; the message says what to change.
)


def main(argv=None):
    """Runs one command and returns the exit code: 2 for what the user can mend, 130 for Ctrl-C.

    Args:
        argv: The arguments; those of the process by default, whose stderr is then kept `quiet`.
    """
    arguments = _parse(sys.argv[1:] if argv is None else list(argv))
    with quiet() if argv is None else contextlib.nullcontext():
        try:
            return arguments.run(arguments)
        except USER_ERRORS as error:
            if arguments.traceback:
                raise
            print(f"error: {error}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return 130


def _parse(argv):
    # A named command needs no other module; help and misspellings need all.
    named = [command for command in COMMANDS if command in argv[:1]]
    return build_parser(named or COMMANDS).parse_args(argv)


def build_parser(commands=COMMANDS):
    """Returns the argument parser that knows `commands`."""
    parser = argparse.ArgumentParser(
        prog="tfgan-compress",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in commands:
        module = importlib.import_module(f"{__name__}.{name}")
        subparser = subparsers.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(subparser)
        subparser.add_argument("--traceback", action="store_true", help="show where an error arose")
        subparser.set_defaults(run=module.run)
    return parser
