"""Options that the commands of the story share, and the run that they describe."""


def add_run_options(parser, *, recipe):
    """Adds `--recipe`, `--set`, `--out`, `--faces` to `parser`."""
    parser.add_argument(
        "--recipe",
        default=recipe,
        help=f"settings to start from ({recipe}); a wrong name lists all, with what each is for in "
        "tfgan_compress/recipes",
    )
    parser.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help="change settings; a wrong key names the nearest one",
    )
    parser.add_argument("-o", "--out", metavar="DIR", help="run directory (runs/RECIPE)")
    parser.add_argument("--faces", metavar="DIR", help="rendered faces (OUT/faces)")
    parser.add_argument("--show-settings", action="store_true", help="print every setting and stop")


def add_storage_option(parser):
    """Adds `--storage` to `parser`."""
    parser.add_argument(
        "--storage",
        metavar="URL",
        help="database where several machines share the search (postgresql://user@host/name)",
    )


def add_strategy_option(parser):
    """Adds `--strategy` to `parser`."""
    parser.add_argument(
        "--strategy",
        choices=("mirrored", "multi_worker"),
        help="train on all GPUs of this machine, or on the machines that TF_CONFIG names",
    )


def make_run(arguments):
    """Returns the `Run` that the options describe; None if only settings were asked for."""
    from tfgan_compress.recipes import RECIPES
    from tfgan_compress.recipes.frontalization import override

    if arguments.recipe not in RECIPES:
        raise ValueError(
            f"--recipe must be one of {sorted(RECIPES)}. Received: {arguments.recipe}."
        )
    recipe = override(RECIPES[arguments.recipe], arguments.set)
    if arguments.show_settings:
        import dataclasses

        for key, value in dataclasses.asdict(recipe).items():
            print(f"{key}={','.join(value) if isinstance(value, tuple) else value}")
        return None
    from tfgan_compress.run import Run

    several = {k: getattr(arguments, k, None) for k in ("strategy", "storage")}
    return Run(recipe, arguments.out or f"runs/{recipe.name}", faces=arguments.faces, **several)
