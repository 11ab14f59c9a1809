"""The stored certificates: correct ones are accepted, forged and broken ones are not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flint
import pytest
from click.testing import CliRunner

from pgb.certificates import checking, load, verify
from pgb.cli import main
from pgb.errors import InputError

from .conftest import seal
from .make_files import correct

FOLDER = Path(__file__).parent
FILES = {
    name: sorted((FOLDER / name).glob("*.json")) for name in ("correct", "incorrect", "unparsable")
}
CODES = {"correct": 0, "incorrect": 1, "unparsable": 2}
CASES = [(path, CODES[name]) for name, paths in FILES.items() for path in paths]


@pytest.mark.parametrize(
    ("path", "code"), CASES, ids=lambda v: v.stem if isinstance(v, Path) else ""
)
def test_exit_code(path: Path, code: int) -> None:
    before = flint.ctx.prec
    found, claim, sentence = checking.verify(str(path))
    assert found == code, sentence
    assert sentence
    assert flint.ctx.prec == before
    assert bool(claim) == (code < 2)


def outline(certificate: Any) -> Any:
    """What does not depend on the last digits of numbers in floating point."""
    claim = {k: v for k, v in certificate["claim"].items() if k not in ("about", "better", "words")}
    return claim, [witness["method"] for witness in certificate["evidence"]]


def test_the_stored_certificates_are_those_that_pgb_writes() -> None:
    """Otherwise ``python tests/certificates/make_files.py`` has to be run again."""
    stored = {path.stem: json.loads(path.read_text()) for path in FILES["correct"]}
    written = correct()
    assert {name: outline(v) for name, v in stored.items()} == {
        name: outline(v) for name, v in written.items()
    }


def test_every_method_is_in_a_correct_file() -> None:
    used = {
        w["method"] for path in FILES["correct"] for w in json.loads(path.read_text())["evidence"]
    }
    assert used == set(checking.METHODS)


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("correct/krawczyk.json", 0, "ACCEPTED: "),
        ("correct/constant-units.json", 0, "ACCEPTED: "),
        ("incorrect/krawczyk-opposite.json", 1, "REFUSED: "),
        ("unparsable/truncated.json", 2, "UNREADABLE: "),
    ],
)
def test_a_copy_of_the_program_needs_only_python_flint(
    name: str, code: int, word: str, tmp_path: Path
) -> None:
    """Copied and run as a script without site-packages but flint's, as a stranger would."""
    folder = Path(checking.__file__).parent
    shutil.copytree(folder, tmp_path / "checking", ignore=shutil.ignore_patterns("__pycache__"))
    launcher = shutil.copy(folder.parent / "checker.py", tmp_path)
    place = str(Path(flint.__file__).parents[1])
    program = (
        "import runpy, sys\n"
        "class Only:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('pgb', 'numpy', 'sympy', 'scipy', 'click'):\n"
        "            raise ImportError(name)\n"
        f"sys.meta_path.insert(0, Only()); sys.path.append({place!r})\n"
        f"sys.argv = ['checker.py', {str(FOLDER / name)!r}]\n"
        f"runpy.run_path({launcher!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert word in done.stdout
    assert done.stderr == ""


def launched(*arguments: str) -> subprocess.CompletedProcess[str]:
    launcher = str(Path(checking.__file__).parents[1] / "checker.py")
    command = [sys.executable, "-I", launcher, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_program_runs_where_it_is() -> None:
    done = launched(str(FILES["correct"][0]))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_without_a_file_says_how_it_is_used() -> None:
    without, asked = launched(), launched("-h")
    assert (without.returncode, without.stdout) == (2, "")
    assert without.stderr.startswith("usage: checker.py FILE...")
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, without.stderr, "")
    assert launched("--help").stdout == asked.stdout


def test_no_call_with_a_file_ends_with_0_unchecked() -> None:
    assert launched("-h", str(FILES["incorrect"][0])).returncode == 2


def test_verify_on_the_command_line_is_the_same() -> None:
    runner = CliRunner()
    correct, wrong = FILES["correct"][0], FILES["incorrect"][0]
    assert runner.invoke(main, ["verify", str(correct)]).exit_code == 0
    both = runner.invoke(main, ["verify", str(correct), str(wrong)])
    assert both.exit_code == 1
    assert "ACCEPTED" in both.stdout
    assert "REFUSED" in both.stdout
    assert runner.invoke(main, ["verify", "no-such-file.json"]).exit_code == 2


def test_verify_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pgb.cli import main\n"
        f"try:\n    main(['verify', {str(FILES['correct'][0])!r}])\n"
        "except SystemExit as end:\n    assert end.code == 0\n"
        "print([m for m in ('numpy', 'scipy', 'sympy', 'rich') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_check_writes_a_certificate_only_if_the_verdict_is_proved(tmp_path: Path) -> None:
    problem = FOLDER.parent / "catalogue" / "problems" / "two-sample-tanh.toml"
    out = tmp_path / "out.json"
    done = CliRunner().invoke(main, ["check", str(problem), "--certificate", str(out)])
    assert done.exit_code == 0
    assert verify(out)[0]
    assert load(out).claim["bad"] is True
    other = tmp_path / "other.json"
    arguments = ["check", str(problem), "--prove", "never", "--certificate", str(other)]
    done = CliRunner().invoke(main, arguments)
    assert "not proved" in done.stderr
    assert not other.exists()


def test_save_and_load_agree_and_leave_no_other_file(tmp_path: Path) -> None:
    certificate = load(FILES["correct"][0])
    certificate.save(tmp_path / "again.json")
    assert load(tmp_path / "again.json") == certificate
    assert [path.name for path in tmp_path.iterdir()] == ["again.json"]
    with pytest.raises(InputError):
        load(FILES["unparsable"][0])


def test_the_hash_is_that_of_sorted_keys_in_ascii(verdict: Callable[..., Any]) -> None:
    text = (FOLDER / "correct" / "branch.json").read_text(encoding="utf-8")
    value = seal(json.loads(text.replace('"w"', '"ω"')))
    value["problem"] = dict(reversed(value["problem"].items()))
    assert verdict(value)[0] == 0


def test_an_edited_problem_is_refused(verdict: Callable[..., Any]) -> None:
    value = json.loads(FILES["correct"][0].read_text())
    value["problem"]["data"]["inputs"][0][0] = "17"
    code, sentence = verdict(value)
    assert code == 1
    assert "hash" in sentence


def test_a_certificate_is_shown_in_one_line() -> None:
    shown = repr(load(FOLDER / "correct" / "strict.json"))
    assert shown.startswith("<Certificate: the point is a strict local minimum; it is bad")
    assert shown.endswith("evidence: strict, better>") and "\n" not in shown
