"""`tfgan-compress train`: a teacher."""

from tfgan_compress.cli.options import add_run_options, add_strategy_option, make_run

HELP = "train a teacher (TP-GAN, CR-GAN, PIM) on synthetic faces or on real ones"

EPILOG = """\
Renders what faces are missing, trains, and leaves teacher/ in the run's directory. Kill it when
you like: the same command goes on from the last epoch.

examples:
  tfgan-compress train --set teacher_epochs=120 frll=path/to/london
  tfgan-compress train --recipe crgan_synthetic
  tfgan-compress train --recipe tpgan_multipie --set data=multipie:/data/Multi-PIE/data
  tfgan-compress train --strategy mirrored --set batch_size=32
  KERAS_BACKEND=torch tfgan-compress train --set dtype=mixed_bfloat16"""


def add_arguments(parser):
    """Adds the options of `train`."""
    parser.epilog = EPILOG
    add_run_options(parser, recipe="tpgan")
    add_strategy_option(parser)


def run(arguments):
    """Trains, or goes on training."""
    made = make_run(arguments)
    if made is None:
        return 0
    data = made.data()
    teacher, _ = made.teacher(data)
    print(f"{made.directory / 'teacher'}: held-out SSIM {made.score(teacher, data):.4f}")
    return 0
