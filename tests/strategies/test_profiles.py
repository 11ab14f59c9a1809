"""Which hypothesis profile is in force, by environment and command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = """
from hypothesis import settings
def test_profile():
    print("profile", settings.get_current_profile_name(), settings().suppress_health_check)
"""


@pytest.mark.parametrize(
    ("variables", "arguments", "expected"),
    [
        ({}, [], "dev"),
        ({"CI": "1"}, [], "ci"),
        ({"CI": "1", "PGB_DEEP": "1"}, [], "deep"),
        ({"CI": "1"}, ["--hypothesis-profile=dev"], "dev"),
        ({}, ["--hypothesis-profile=deep"], "deep"),
    ],
)
def test_profile(
    tmp_path: Path, variables: dict[str, str], arguments: list[str], expected: str
) -> None:
    (tmp_path / "conftest.py").write_text(
        "from pgb.strategies.profiles import load_profile\nload_profile()\n"
    )
    (tmp_path / "test_profile.py").write_text(SOURCE)
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "PGB_DEEP", "PYTEST_ADDOPTS")}
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-s",
            "-p",
            "no:cacheprovider",
            *arguments,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, **variables, "PYTHONPATH": root},
        cwd=tmp_path,
    )
    assert f"profile {expected} ()" in done.stdout
