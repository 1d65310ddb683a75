"""`tfgan-compress search`: channels of a trained supernet under a budget."""

from tfgan_compress.cli.options import add_run_options, add_storage_option, make_run

HELP = "search a trained supernet for the best channels under a MACs budget"

EPILOG = """\
Trains teacher and supernet first where the run's directory lacks them; a search that was killed
goes on. Writes search/result.json and search/scatter.png. A directory holds one run: another
budget or strategy needs another directory.

examples:
  tfgan-compress search --out runs/tpgan
  tfgan-compress search --out runs/tpgan --storage postgresql://me@host/search
  tfgan-compress search --recipe demo --out runs/random --set strategy=random macs_ratio=30"""


def add_arguments(parser):
    """Adds the options of `search`."""
    parser.epilog = EPILOG
    add_run_options(parser, recipe="tpgan")
    add_storage_option(parser)


def run(arguments):
    """Searches and prints the best candidate."""
    made = make_run(arguments)
    if made is None:
        return 0
    from tfgan_compress.search.plot import plot

    data = made.data()
    teacher, discriminator = made.teacher(data)
    supernet, _ = made.supernet(data, teacher, discriminator)
    found = made.search(data, teacher, supernet)
    plot(found, made.directory / "search" / "scatter.png", score_name="SSIM")
    print(f"best of {len(found.trials)}: SSIM {found.best.score:.4f}, {found.best.macs:,} MACs, ")
    print(f"{found.best.params:,} parameters; {found.per_minute:.1f} candidates a minute")
    return 0
