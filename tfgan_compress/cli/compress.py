"""`tfgan-compress compress`: the whole story, from teacher to report."""

from tfgan_compress.cli.options import (
    add_run_options,
    add_storage_option,
    add_strategy_option,
    make_run,
)

HELP = "compress a teacher: supernet, search, student, .tflite files, report"

EPILOG = """\
Stages whose results lie in the run's directory are skipped; one that was killed goes on. The
training stages also run with KERAS_BACKEND=torch (--stop-before-export), often faster on a CPU;
files are exported with the tensorflow backend.

examples:
  tfgan-compress compress --out runs/tpgan --set teacher_weights=saved_models/tpgan_teacher
  tfgan-compress compress --recipe crgan_synthetic
  tfgan-compress compress --recipe demo --set candidates=100"""


def add_arguments(parser):
    """Adds the options of `compress`."""
    parser.epilog = EPILOG
    add_run_options(parser, recipe="tpgan")
    add_strategy_option(parser)
    add_storage_option(parser)
    parser.add_argument(
        "--uniform", action="store_true", help="also train the uniformly narrowed student"
    )
    parser.add_argument(
        "--ablation", action="store_true", help="also train supernets without parts of the method"
    )
    parser.add_argument("--stop-before-export", action="store_true", help="train and search only")


def run(arguments):
    """Runs every stage; prints where the report is."""
    made = make_run(arguments)
    if made is None:
        return 0
    from tfgan_compress.ablation import ablate
    from tfgan_compress.compress import compress
    from tfgan_compress.conclude import conclude

    compressed = compress(made, uniform=arguments.uniform)
    rows = ablate(made, compressed) if arguments.ablation else []
    stop = arguments.stop_before_export
    print(made.directory if stop else conclude(made, compressed, ablation=rows))
    return 0
