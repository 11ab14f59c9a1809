"""``pgb plot``: pictures of what a search found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from pgb.cli.group import Group
from pgb.cli.landscapes import DEFAULT_STARTS, Source
from pgb.errors import InputError, did_you_mean, short_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pgb.pictures import Plane
    from pgb.search import Landscape

Command = Callable[..., Any]

_SADDLES = 300


class PlotGroup(Group):
    """A group whose first argument may be left out: ``pgb plot PROBLEM`` draws the values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put "values" in front of arguments that begin with no kind of picture."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            if len(args) > 1 and not args[1].startswith("-"):
                kinds = ", ".join(sorted(self.commands))
                near = did_you_mean(args[0], self.commands)
                raise click.UsageError(
                    f"found the picture {args[0]!r}, expected one of {kinds}{near}"
                )
            args = ["values", *args]
        return super().parse_args(ctx, args)


def _drawing(command: Command) -> Command:
    """The argument and options that all pictures share."""
    for option in (
        click.option("--distribution", help="Of the starts, as for `pgb search`."),
        click.option("--seed", type=click.IntRange(min=0), help="Of the starts."),
        click.option(
            "--saddles", type=click.IntRange(0, 10**9), help="Runs that look for saddles."
        ),
        click.option(
            "--starts",
            type=click.IntRange(0, 10**9),
            help=f"Runs that look for local minima (default {DEFAULT_STARTS}).",
        ),
        click.option(
            "--out", required=True, metavar="FILE", help="The picture: .png, .pdf or .svg."
        ),
        click.argument("source", metavar="STORE_OR_PROBLEM"),
    ):
        command = option(command)
    return command


@click.group(cls=PlotGroup)
def plot() -> None:
    """Draw what a search found.

    STORE_OR_PROBLEM is a store of `pgb search --store`, from which nothing is computed again, or a
    problem, for which a small search is run first. `pgb plot PROBLEM --out FILE` draws the values.
    Points are numbered by value from 1, as in the table of `pgb search`.
    """


@plot.command()
@_drawing
def values(out: str, **source: Any) -> None:
    """Values of critical points against the number of runs that ended there."""
    from pgb.pictures import plot_values

    _draw(out, source, 0, plot_values)


@plot.command("slice")
@_drawing
@click.option("--points", metavar="I,J,K", help="The plane through three points of the table.")
@click.option(
    "--point", type=click.IntRange(min=1), metavar="I", help="The plane at one point instead ..."
)
@click.option(
    "--eigenvectors",
    metavar="I,J",
    help="... along two eigenvectors of the Hessian there, by ascending eigenvalue from 1 "
    "(default 1,2).",
)
@click.option(
    "--reach", type=click.FloatRange(min=0, min_open=True), help="Half-width of the picture."
)
@click.option(
    "--mark", type=click.IntRange(min=1), multiple=True, metavar="I", help="Mark this point too."
)
@click.option(
    "--resolution", type=click.IntRange(2, 2000), default=201, show_default=True, help="Per side."
)
def slice_(
    out: str,
    points: str | None,
    point: int | None,
    eigenvectors: str | None,
    reach: float | None,
    mark: tuple[int, ...],
    resolution: int,
    **source: Any,
) -> None:
    """The objective in a plane, by default through the three lowest minima.

    If there are fewer, the lowest other points take their places; if the three do not span a plane,
    at the lowest point along the two eigenvectors of the lowest curvatures.
    """
    if points is not None and (point is not None or eigenvectors is not None or reach is not None):
        raise InputError(
            "--points: found with --point, --eigenvectors or --reach, expected without, since "
            "three points say where to look"
        )
    three = None if points is None else _places("--points", points, 3)
    two = (0, 1) if eigenvectors is None else _places("--eigenvectors", eigenvectors, 2)
    at_one = point is not None or eigenvectors is not None or reach is not None
    from pgb.pictures import plot_slice

    def drawn(landscape: Landscape) -> Figure:
        plane, marked = _plane(landscape, three, (point or 1) - 1 if at_one else None, two, reach)
        more = [_known(landscape, "--mark", number - 1) for number in mark]
        return plot_slice(landscape, plane, marked=[*marked, *more], resolution=resolution)

    _draw(out, source, 0, drawn)


@plot.command()
@_drawing
@click.option(
    "--leaves",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="The most minima to draw, lowest first.",
)
def disconnectivity(out: str, leaves: int, **source: Any) -> None:
    """Minima as a tree, joined at the lowest saddle found between them.

    The store should come from `pgb search --saddles N`. Heights are upper bounds of the barriers:
    a lower saddle may have been missed.
    """
    from pgb.pictures import plot_disconnectivity

    def drawn(landscape: Landscape) -> Figure:
        from pgb.search.connections import connect

        connections = connect(landscape)
        if connections.lost:
            total = sum(len(each.sides) for each in connections.connections)
            click.echo(
                f"{connections.lost} of {total} paths down from saddles ended at no minimum and "
                "were left out",
                err=True,
            )
        return plot_disconnectivity(landscape, connections, leaves=leaves)

    _draw(out, source, _SADDLES, drawn)


@plot.command()
@_drawing
@click.option(
    "--most",
    type=click.IntRange(1, 6),
    default=4,
    show_default=True,
    help="The most ways of escaping to draw, commonest first.",
)
def escapes(out: str, most: int, **source: Any) -> None:
    """Value minus limit along runs that escape to infinity, made again from their starts."""
    from pgb.pictures import plot_escapes

    _draw(out, source, 0, lambda landscape: plot_escapes(landscape, most=most))


def _draw(
    out: str, source: dict[str, Any], saddles: int, drawn: Callable[[Landscape], Figure]
) -> None:
    """Refuse what can be refused at once, then search or read, draw and write."""
    from pgb.pictures.saving import checked_format, save
    from pgb.pictures.style import require_matplotlib

    checked_format(out)
    require_matplotlib()
    name = source.pop("source")
    save(drawn(Source(name, **source).landscape(saddles)), out)
    click.echo(f"{short_name(out)}: written")


def _places(option: str, text: str, count: int) -> tuple[int, ...]:
    """The places, from 0, of numbers from 1 separated by commas."""
    numbers = re.split(r"\s*,\s*", text.strip())
    if len(numbers) != count or not all(re.fullmatch(r"[1-9]\d{0,8}", n) for n in numbers):
        raise InputError(
            f"{option}: found {text[:60]!r}, expected {count} numbers from 1 separated by commas"
        )
    if len(set(numbers)) != count:
        raise InputError(f"{option}: found {text!r}, expected {count} different numbers")
    return tuple(int(number) - 1 for number in numbers)


def _known(landscape: Landscape, option: str, place: int) -> int:
    if place >= len(landscape.points):
        raise InputError(
            f"{option}: found {place + 1}, expected the number of one of the "
            f"{len(landscape.points)} points found"
        )
    return place


def _plane(
    landscape: Landscape,
    three: tuple[int, ...] | None,
    place: int | None,
    two: tuple[int, ...],
    reach: float | None,
) -> tuple[Plane, list[int]]:
    """The plane that the options ask for, and the points that define it."""
    from pgb.pictures import Plane

    found = landscape.points
    if not found:
        raise InputError("slice: found no critical point, expected one to draw around")
    if place is None and (three is not None or len(found) >= 3):
        chosen = [_known(landscape, "--points", k) for k in three or _lowest_three(landscape)]
        try:
            a, b, c = (found[k].parameters for k in chosen)
            return Plane.through(a, b, c, [f"point {k + 1}" for k in chosen]), chosen
        except InputError:
            if three is not None:
                raise
    first = _known(landscape, "--point", place or 0)
    size = landscape.objective.size
    if size < 2:
        raise InputError("slice: found one parameter, expected at least two for a plane")
    if max(two) >= size:
        raise InputError(f"--eigenvectors: found {max(two) + 1}, expected numbers from 1 to {size}")
    plane = Plane.along(landscape.objective, found[first].parameters, (two[0], two[1]), reach=reach)
    return plane, [first]


def _lowest_three(landscape: Landscape) -> list[int]:
    """Places of the three lowest minima; if there are fewer, of these and the lowest others."""
    places = range(len(landscape.points))
    return sorted(places, key=lambda place: not landscape.points[place].is_minimum)[:3]
