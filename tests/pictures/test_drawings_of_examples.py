"""Pictures are drawn from the canonical members."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from counterexamples import Example, find
from counterexamples.kit import Curves, Member, Trace
from counterexamples.kit.drawing import draw, draw_on
from pgb.errors import InputError
from pgb.numbers import Arithmetic, Array


@pytest.fixture
def example() -> Example:
    return find("elimination_works_with_bounded_weights")


def along_a(member: Member, ar: Arithmetic, t: float) -> Array:
    """The candidate with the added neuron's a = t."""
    point = np.array(ar.asarray(member.candidate.point))
    point[-3] = t
    return point


def test_curves_show_the_change_of_the_loss_with_a_label_each(example: Example) -> None:
    axes = Figure().add_subplot()
    traces = (Trace("first", along_a), Trace("own", along_a, lambda member: member.objective))
    draw_on(axes, Curves(traces, extent=(-1, 1), t="a", change=True), example.member)
    first, own, level = axes.get_lines()
    assert [line.get_label() for line in (first, own, level)] == ["first", "own", "candidate"]
    t, values = np.asarray(first.get_data())
    assert np.array_equal(values, np.asarray(own.get_ydata())) and axes.get_xlabel() == "a"
    assert values.min() > 0 and abs(t[values.argmin()]) < 0.01
    assert set(np.asarray(level.get_ydata())) == {0.0}


def test_a_picture_is_written_twice_with_the_same_bytes(example: Example, tmp_path: Path) -> None:
    paths = [tmp_path / "one.png", tmp_path / "two.png"]
    for path in paths:
        draw(example, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_example_without_a_picture_is_refused(example: Example, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no picture"):
        draw(replace(example, picture=None), tmp_path / "none.png")
