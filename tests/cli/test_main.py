import subprocess
import sys
import types

import pytest

from tfgan_compress import __version__, cli


def fake_command(monkeypatch, run):
    module = types.SimpleNamespace(HELP="fake", add_arguments=lambda parser: None, run=run)
    monkeypatch.setattr(cli, "COMMANDS", ("fake",))
    monkeypatch.setitem(sys.modules, "tfgan_compress.cli.fake", module)


@pytest.mark.parametrize("error", [ValueError("too wide"), FileNotFoundError("too wide")])
def test_user_errors_end_in_one_line_and_code_2(monkeypatch, capsys, error):
    def run(arguments):
        raise error

    fake_command(monkeypatch, run)
    assert cli.main(["fake"]) == 2
    assert capsys.readouterr().err == "error: too wide\n"


def test_traceback_is_shown_on_demand(monkeypatch):
    def run(arguments):
        raise ValueError("too wide")

    fake_command(monkeypatch, run)
    with pytest.raises(ValueError, match="too wide"):
        cli.main(["fake", "--traceback"])


def test_exit_code_is_that_of_the_command(monkeypatch):
    fake_command(monkeypatch, lambda arguments: 7)
    assert cli.main(["fake"]) == 7


def test_interrupt_is_no_crash(monkeypatch):
    def run(arguments):
        raise KeyboardInterrupt

    fake_command(monkeypatch, run)
    assert cli.main(["fake"]) == 130


def test_unknown_command_lists_the_known_ones(monkeypatch, capsys):
    fake_command(monkeypatch, lambda arguments: 0)
    with pytest.raises(SystemExit, match="2"):
        cli.main(["fakes"])
    assert "fake" in capsys.readouterr().err


def test_version_is_printed(monkeypatch, capsys):
    fake_command(monkeypatch, lambda arguments: 0)
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert __version__ in capsys.readouterr().out


def test_help_names_every_command_and_imports_nothing_heavy():
    script = (
        "import sys\n"
        "from tfgan_compress.cli import build_parser\n"
        "text = build_parser().format_help()\n"
        "heavy = {'tensorflow', 'keras', 'cv2', 'optuna', 'matplotlib', 'numpy', 'grain'}\n"
        "print(sorted(heavy & set(sys.modules)), text)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert out.startswith("[]")
    assert all(f"\n    {command}" in out for command in cli.COMMANDS)
