"""`tfgan-compress data check SET PATH`: what a copy of a licensed set holds."""

from tfgan_compress.cli.sources import add_set_options, scan

HELP = "check a copy of Multi-PIE or CAS-PEAL-R1: what is there, missing, and who trains"
# Repeated from the package, which must not be imported to show the help.
CHECKED = ("multipie", "caspeal")

EPILOG = """\
Goes by names and sizes and opens no picture, so it answers in a minute. Prints how many pictures
there are of each angle, the split, what is missing and done without, and everything that has to be
mended first; in that case it exits with 1.

examples:
  tfgan-compress data check multipie /data/Multi-PIE/data
  tfgan-compress data check multipie /data/Multi-PIE/data --setting 1 --frontal-light 6
  tfgan-compress data check caspeal /data/CAS-PEAL-R1"""


def add_arguments(parser):
    """Adds the options of `data`."""
    parser.epilog = EPILOG
    parser.add_argument("action", choices=("check",), help="what to do")
    parser.add_argument("set", choices=CHECKED, help="which set")
    parser.add_argument("path", metavar="PATH", help="its folder")
    add_set_options(parser)


def run(arguments):
    """Prints the inventory; 1 if something has to be mended."""
    found = scan(arguments.set, arguments.path, arguments)
    print(found.describe())
    return 1 if found.problems else 0
