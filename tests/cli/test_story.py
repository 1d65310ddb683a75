import types
import typing

import pytest

from tfgan_compress import conclude, run
from tfgan_compress.cli import main
from tfgan_compress.recipes.frontalization import DEMO


class FakeRun:
    """Notes which stages are asked for."""

    asked: typing.ClassVar[list] = []

    def __init__(self, recipe, directory, *, faces=None, **options):
        self.recipe, self.directory = recipe, directory
        type(self).asked = [f"run {directory}", *filter(None, options.values())]

    def __getattr__(self, stage):
        def method(*arguments):
            self.asked.append(stage)
            return ("generator", "adversary") if stage in ("teacher", "supernet") else stage

        return method


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the commands ask of a run, and of the conclusion."""

    def concluded(run, compressed, *, ablation=(), demo=None):
        FakeRun.asked.append("conclude")
        cost = demo() if demo else {}
        return types.SimpleNamespace(**cost, uniform=compressed.uniform)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "Run", FakeRun)
    monkeypatch.setattr(conclude, "conclude", concluded)
    return FakeRun


STAGES = ["teacher", "supernet", "search", "student"]


def test_compress_goes_from_data_to_report(asked, capsys):
    assert main(["compress", "--recipe", "demo", "-o", "here"]) == 0
    assert asked.asked == ["run here", "data", *STAGES, "conclude"]
    assert "uniform=None" in capsys.readouterr().out


def test_strategy_and_storage_are_handed_on(asked):
    several = ["--strategy", "mirrored", "--storage", "postgresql://host/study"]
    main(["compress", "-o", "here", "--stop-before-export", *several])
    assert asked.asked == ["run here", *several[1::2], "data", *STAGES]


def test_uniform_student_is_made_on_demand(asked):
    main(["compress", "--recipe", "demo", "--uniform"])
    assert asked.asked == ["run runs/demo", "data", *STAGES, "uniform", "conclude"]
    assert main(["demo"]) == 0
    assert asked.asked == ["run runs/demo", "data", *STAGES, "conclude"]


def test_demo_tells_what_it_cost(asked, capsys):
    main(["demo"])
    printed = capsys.readouterr().out
    assert "peak_memory_bytes=" in printed
    assert "minutes" in printed


def test_without_export_nothing_is_concluded(asked, capsys):
    main(["compress", "--recipe", "demo", "--stop-before-export"])
    assert asked.asked == ["run runs/demo", "data", *STAGES]
    assert capsys.readouterr().out == "runs/demo\n"


@pytest.mark.parametrize("command", ["demo", "train", "search", "compress"])
def test_settings_are_shown_in_the_form_in_which_they_are_given(command, capsys, tmp_path):
    chosen = ["--recipe", "demo", "--set", "candidates=7", "factorized=conv0,paint1"]
    assert main([command, "--show-settings", *chosen, "-o", str(tmp_path / "none")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {"candidates=7", "factorized=conv0,paint1", f"image_size={DEMO.image_size}"} <= set(
        lines
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--recipe", "dmo"], "--recipe must be one of"),
        (["--set", "candidate=7"], "Did you mean 'candidates'?"),
        (["--set", "candidates=many"], "candidates must be int"),
    ],
)
def test_wrong_options_end_in_one_line_and_code_2(options, message, capsys, tmp_path):
    assert main(["compress", *options, "-o", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_directory_of_another_run_is_refused(capsys, tmp_path):
    folder = ["-o", str(tmp_path), "--set"]
    run.Run(DEMO, tmp_path)
    assert main(["compress", "--recipe", "demo", *folder, "student_epochs=9"]) == 2
    assert "begun with other settings (student_epochs)" in capsys.readouterr().err
