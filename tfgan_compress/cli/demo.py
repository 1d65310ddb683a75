"""`tfgan-compress demo`: the whole story in minutes."""

from tfgan_compress.cli.options import add_run_options, make_run

HELP = "the whole story on embedded data in minutes, with a report"

EPILOG = """\
Takes the shipped 64x64 teacher, renders faces, distils a supernet, searches, fine-tunes, exports
four .tflite files and writes runs/demo/report.html. Run it again to resume.

examples:
  tfgan-compress demo
  tfgan-compress demo --set candidates=100 student_epochs=8 --out runs/longer"""


def add_arguments(parser):
    """Adds the options of `demo`."""
    parser.epilog = EPILOG
    add_run_options(parser, recipe="demo")


def run(arguments):
    """Runs the demo and says where the report is."""
    import time

    started = time.monotonic()
    made = make_run(arguments)
    if made is None:
        return 0
    from tfgan_compress.compress import compress
    from tfgan_compress.conclude import conclude

    def cost():
        import resource

        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        minutes = (time.monotonic() - started) / 60
        return {"minutes": minutes, "peak_memory_bytes": 1024 * kilobytes}

    page = conclude(made, compress(made), demo=cost)
    print(f"{page} after {(time.monotonic() - started) / 60:.1f} minutes")
    return 0
