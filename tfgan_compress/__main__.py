"""Runs the command line as `python -m tfgan_compress`."""

import sys

from tfgan_compress.cli import main

if __name__ == "__main__":
    sys.exit(main())
