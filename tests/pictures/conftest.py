"""Small landscapes to draw, and what is written on a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from unittest.mock import patch

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from pgb import Data, Expression, Network, Objective
from pgb.search import Landscape
from pgb.search.run import search


def squares(outputs: Sequence[str], targets: Sequence[float]) -> Objective:
    """The sum of the squares of outputs - targets, in the parameters w and u."""
    model = Expression(["x"], ["w", "u"], list(outputs))
    return Objective(model, Data([[0]], [list(targets)]))


@pytest.fixture(scope="session")
def two_wells() -> Landscape:
    """(w^2 - 1)^2 + (w - 1/10)^2 + (u - w)^2: two minima, one saddle between them."""
    objective = squares(["w^2", "w", "u - w"], [1, 0.1, 0])
    return search(objective, starts=40, saddles=160, distribution="uniform", workers=1)


@pytest.fixture(scope="session")
def way_out() -> Landscape:
    """(w exp(-w))^2 + u^2: one minimum, and a saddle beyond which all runs to infinity."""
    objective = squares(["w*exp(-w)", "u"], [0, 0])
    return search(objective, starts=40, saddles=160, distribution="uniform", workers=1)


@pytest.fixture(scope="session")
def network() -> Landscape:
    """A 2-3-1 tanh network with weight decay: minima, saddles of several indices."""
    random = np.random.default_rng(0)
    x = random.normal(size=(20, 2))
    y = np.sin(2 * x[:, :1]) + 0.3 * x[:, 1:] ** 2
    objective = Objective(Network([2, 3, 1], activation="tanh"), Data(x, y), weight_decay=0.001)
    return search(objective, starts=150, saddles=150, workers=1)


@pytest.fixture
def written() -> Callable[[Figure], dict[str, Bbox]]:
    """The texts that appear on a figure, with their boxes in pixels; all inside, none overlaps."""
    return texts_of


def texts_of(figure: Figure) -> dict[str, Bbox]:
    found: list[tuple[str, Bbox]] = []
    draw = Text.draw

    def recorded(self: Text, renderer: object) -> None:
        if self.get_visible() and self.get_text():
            found.append((self.get_text(), self.get_window_extent(renderer)))  # type: ignore[arg-type]
        draw(self, renderer)  # type: ignore[arg-type]

    figure.draw_without_rendering()  # settles the layout
    with patch.object(Text, "draw", recorded):
        figure.draw_without_rendering()
    for text, box in found:
        assert figure.bbox.x0 - 1 <= box.x0 and box.x1 <= figure.bbox.x1 + 1, text
        assert figure.bbox.y0 - 1 <= box.y0 and box.y1 <= figure.bbox.y1 + 1, text
    for (first, one), (second, other) in combinations(found, 2):
        common = Bbox.intersection(one, other)
        assert common is None or common.width < 1 or common.height < 1, (first, second)
    return dict(found)
