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
# Reports carry it from the workers of pytest-xdist to the process that prints.
_PROPERTY = "certify"


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

    config, properties = request.config, request.node.user_properties

    def publish(tally: Tally) -> None:
        others = [entry for entry in properties if entry[0] != _PROPERTY]
        properties[:] = [*others, (_PROPERTY, str(tally))]

    folder = Path(config.rootpath) / str(config.getini(_DIRECTORY))
    options = options_of(request.node, config.getoption("--certify-examples"))
    return Certifier(request.node.nodeid, folder, options, publish)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was searched and proved, test by test; unproved minima are never passed over."""
    reports = [report for several in terminalreporter.stats.values() for report in several]
    lines = [
        f"{report.nodeid}: {text}"
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, text in report.user_properties
        if name == _PROPERTY
    ]
    if lines:
        terminalreporter.section("certified claims about local minima")
        for line in lines:
            terminalreporter.write_line(line)
