"""The pytest plugin: the fixture ``certify``, its marker, and a summary of what was certified.

pytest loads this module for everybody who installed pgb, so it imports nothing but pytest until a
test asks for the fixture.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pgb.pytest_plugin.certifier import Certifier
    from pgb.pytest_plugin.tally import Tally

_DIRECTORY = "certify_directory"
_MARKER = (
    "certify(examples=None, starts=200, seed=0, undecided='report'): how the fixture `certify` "
    "looks for counterexamples: problems drawn, descents from each, and what becomes of local "
    "minima of which nothing is proved ('report' or 'fail')"
)
_TALLIES = pytest.StashKey[dict[str, "Tally"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where falsifying problems are kept, and how many problems to draw."""
    parser.addini(
        _DIRECTORY,
        "folder of the falsifying problems that `certify` found, below the root directory",
        default="falsified",
    )
    parser.getgroup("pgb").addoption(
        "--certify-examples",
        type=int,
        metavar="N",
        help="problems that each use of `certify` draws (default: as the hypothesis profile says)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER)
    config.stash[_TALLIES] = {}


@pytest.fixture
def certify(request: pytest.FixtureRequest) -> Certifier:
    """Checks a claim about the local minima of every problem that a strategy draws.

    ``certify(problems, claim)`` draws objectives from the hypothesis strategy ``problems``,
    searches each for critical points, and tries to prove those that the claim concerns. The test
    fails at the first problem with a proved counterexample, which hypothesis then makes as small as
    it can; the problem file and the certificate are written to the folder ``certify_directory`` and
    come first in the next run. See docs/property-tests.md.
    """
    from pgb.pytest_plugin.certifier import Certifier
    from pgb.pytest_plugin.options import options_of

    config = request.config
    folder = Path(config.rootpath) / str(config.getini(_DIRECTORY))
    options = options_of(request.node, config.getoption("--certify-examples"))
    return Certifier(request.node.nodeid, folder, options, config.stash[_TALLIES])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was searched and proved, test by test; unproved minima are never passed over."""
    tallies = terminalreporter.config.stash[_TALLIES]
    if tallies:
        terminalreporter.section("certified claims about local minima")
        for name, tally in tallies.items():
            terminalreporter.write_line(f"{name}: {tally}")
