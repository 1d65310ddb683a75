"""`tfgan-compress compress`: the whole story, from teacher to report."""

from tfgan_compress.cli.options import add_run_options, make_run

HELP = "compress a teacher: supernet, search, student, .tflite files, report"

EPILOG = """\
Stages whose results lie in the run's directory are skipped; one that was killed goes on. The
training stages also run with KERAS_BACKEND=torch (--stop-before-export), often faster on a CPU;
files are exported with the tensorflow backend.

examples:
  tfgan-compress compress --out runs/tpgan --set teacher_weights=saved_models/tpgan_teacher
  tfgan-compress compress --recipe demo --set candidates=100"""


def add_arguments(parser):
    """Adds the options of `compress`."""
    parser.epilog = EPILOG
    add_run_options(parser, recipe="tpgan")
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
    print(
        tell(
            made,
            uniform=arguments.uniform,
            ablation=arguments.ablation,
            export=not arguments.stop_before_export,
        )
    )
    return 0


def tell(made, *, uniform=False, ablation=False, export=True, demo=None):
    """Runs the stages of `made`; returns the path of the report, or of the run without export."""
    import keras

    data = made.data()
    stages = _stages(made, data, uniform=uniform)
    rows = []
    if ablation:
        from tfgan_compress.ablation import ablate

        rows = ablate(made, data, stages["found"])
    if not export:
        return made.directory
    from tfgan_compress.conclude import conclude

    if keras.mixed_precision.dtype_policy().compute_dtype != "float32":
        keras.config.set_dtype_policy("float32")  # Files are made of float32 models: load anew.
        stages = _stages(made, data, uniform=uniform)
    return conclude(made, data, **stages, ablation=rows, demo=demo)


def _stages(made, data, *, uniform):
    teacher, discriminator = made.teacher(data)
    supernet, adversary = made.supernet(data, teacher, discriminator)
    found = made.search(data, teacher, supernet)
    student = made.student(data, teacher, supernet, adversary, found)
    even = made.uniform(data, teacher, supernet, adversary) if uniform else None
    return {"teacher": teacher, "student": student, "found": found, "uniform": even}
