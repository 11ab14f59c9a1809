"""The eliminated XOR network: every minimum found is proved, has a = 0 and is global."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgb import Data, Network, Objective
from pgb.certificates import verify
from pgb.conditions import Verdict
from pgb.search import Landscape, search
from pgb.transforms import eliminate

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.fixture(scope="module")
def found() -> Landscape:
    network = Objective(Network([2, 2, 1], "tanh"), Data(CORNERS, [0, 1, 1, 0]))
    return search(eliminate(network, "1/10"), starts=200, prove=True, workers=1)


def test_all_minima_are_proved_to_be_global(found: Landscape) -> None:
    assert found.minima
    for point in found.minima:
        assert (point.verdict, point.proved) == (Verdict.LOCAL_MINIMUM, True)
        assert (point.kind, point.is_global, point.bad) == ("function-optimal", True, False)
        assert point.value < 1e-20


def test_their_certificates_are_accepted_and_have_a_0(found: Landscape, tmp_path: Path) -> None:
    numbers = [i for i, point in enumerate(found.points) if point.verdict is Verdict.LOCAL_MINIMUM]
    assert len(numbers) == len(found.minima)
    a = found.objective.slices["a"].start
    for number in numbers:
        certificate, path = found.certificate(number), tmp_path / f"{number}.json"
        certificate.save(path)
        assert verify(path)[0]
        (witness,) = certificate.evidence
        assert witness["method"] == "interpolation"
        assert witness["center"][a] == witness["radius"][a] == "0"
