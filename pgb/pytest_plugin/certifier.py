"""The object behind the fixture ``certify``: replay, draw, search, prove, write down."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

from pgb.conditions import Verdict
from pgb.errors import InputError, kind_of
from pgb.problem_files import read_problem
from pgb.problems import Objective
from pgb.pytest_plugin.falsified import Falsified, file_name, kept
from pgb.pytest_plugin.options import Options
from pgb.pytest_plugin.tally import Tally
from pgb.search import CriticalPoint, search
from pgb.search.claims import CLAIMS, Claim, claim_of
from pgb.search.revisit import revisit

Predicate = Callable[[CriticalPoint], bool]


class _RefutedError(AssertionError):
    """A problem with a proved point that refutes the claim."""

    def __init__(self, case: Falsified) -> None:
        super().__init__(repr(case.objective))
        self.case = case


class _UndecidedError(AssertionError):
    """A problem with a point that the claim is about and of which nothing is proved."""


class _UnreadableError(Exception):
    """A file among the falsifying problems that is none."""


class Certifier:
    """What the fixture ``certify`` gives to a test; call it with problems and a claim.

    Args:
        test: the test's node id; folder: of falsifying problems; options: of the marker.
        publish: takes what was seen so far, after each call.
    """

    def __init__(
        self, test: str, folder: Path, options: Options, publish: Callable[[Tally], None]
    ) -> None:
        self._test, self._folder, self._options = test, folder, options
        self._tally, self._publish = Tally(), publish

    def __call__(
        self, problems: SearchStrategy[Objective] | Objective, claim: Claim | str | Predicate
    ) -> None:
        """Check a claim about every problem; fail the test at a proved counterexample.

        Args:
            problems: a hypothesis strategy of objectives, or one objective.
            claim: one of ``pgb.search.claims``, its name, or a function that says of a proved
                local minimum (a ``pgb.search.CriticalPoint``) whether it satisfies the claim.

        Raises:
            InputError: for other arguments.
        """
        chosen = _claim(claim)
        try:
            for path in kept(self._folder, self._test):
                self._replay(path, chosen)
            self._draw(problems, chosen)
        except _RefutedError as refuted:
            sentence = self._written(refuted.case, chosen)
        except (_UndecidedError, _UnreadableError) as error:
            sentence = str(error)
        else:
            return
        finally:
            self._publish(self._tally)
        pytest.fail(sentence, pytrace=False)

    def _draw(self, problems: SearchStrategy[Objective] | Objective, claim: Claim) -> None:
        if isinstance(problems, Objective):
            self._tally.drawn += 1
            self._examine(problems, claim)
            return
        if not isinstance(problems, SearchStrategy):
            raise InputError(
                f"problems: found {kind_of(problems)}, expected a hypothesis strategy of "
                "objectives or an Objective"
            )
        profile = settings()
        drawing = settings(
            profile,
            deadline=None,
            max_examples=self._options.examples or profile.max_examples,
            report_multiple_bugs=False,
        )

        @drawing
        @given(problems)
        def every_problem(objective: Objective) -> None:
            self._tally.drawn += 1
            self._examine(objective, claim)

        every_problem()

    def _examine(self, objective: Objective, claim: Claim, replayed: Path | None = None) -> None:
        """Search one problem; raise if some proved point refutes the claim."""
        if not isinstance(objective, Objective):
            raise InputError(
                f"problems: found {kind_of(objective)} among what is drawn, expected objectives"
            )
        options = self._options
        landscape = search(
            objective, starts=options.starts, seed=options.seed, until=claim, workers=1
        )
        self._tally.minima += len(landscape.minima)
        if landscape.counterexample is not None:
            raise _RefutedError(Falsified(objective, landscape.counterexample, replayed))
        undecided = [point for point in landscape.points if claim.concerns(point)]
        self._tally.undecided += len(undecided)
        if undecided and options.undecided == "fail":
            raise _UndecidedError(
                f"undecided whether {claim.sentence}: it may fail at {undecided[0]!r}, which is at "
                f"{undecided[0].parameters.tolist()}, for {objective!r}"
                f"{'' if replayed is None else _origin(replayed)}"
            )

    def _replay(self, path: Path, claim: Claim) -> None:
        """A problem that falsified the test before: its point first, then the whole search."""
        try:
            file = read_problem(path)
        except InputError as error:
            sentences = "\n".join(f"{_shown(path)}: {sentence}" for sentence in error.problems)
            raise _UnreadableError(
                f"{sentences}\nThis file of an earlier run is to be tried first: mend or delete it."
            ) from None
        self._tally.replayed += 1
        if file.candidate is not None:
            point = revisit(file.objective, file.candidate, file.better, seed=self._options.seed)
            if point is not None and claim.refuted_by(point):
                raise _RefutedError(Falsified(file.objective, point, path))
        self._examine(file.objective, claim, path)

    def _written(self, case: Falsified, claim: Claim) -> str:
        """Write the falsifying problem down; what to tell the user."""
        text = f"falsified: {claim.sentence}\n{case.sentences()}"
        if case.replayed is not None:
            text += _origin(case.replayed)
        problem = case.replayed or self._folder / f"{file_name(self._test)}.toml"
        try:
            proof = case.save(problem)
        except OSError as error:
            return f"{text}\n{self._folder}: cannot be written: {error.strerror}"
        except InputError as error:  # a problem that files have no words for
            return f"{text}\nnot written: {'; '.join(error.problems)}"
        self._tally.falsified = _shown(problem)
        text = f"{text}\nproblem file: {_shown(problem)}"
        if proof is None:
            return text
        check = f"pgb verify {shlex.quote(_shown(proof))}"
        return f"{text}\ncertificate:  {_shown(proof)}\nto re-check:  {check}"


def _origin(path: Path) -> str:
    """The line on a problem that was not drawn now."""
    return (
        f"\nreplayed:  from {_shown(path)}, a problem of an earlier run, which today's strategy "
        "may no longer draw; delete that file to retire it"
    )


def _shown(path: Path) -> str:
    """The path as one types it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _claim(claim: Claim | str | Predicate) -> Claim:
    """A claim as the search wants it; a function is about proved local minima."""
    if isinstance(claim, (Claim, str)):
        return claim_of(claim)
    if not callable(claim):
        raise InputError(
            f"claim: found {kind_of(claim)}, expected a function of a minimum, or one of "
            f"{', '.join(CLAIMS)}"
        )
    satisfies: Callable[[CriticalPoint], Any] = claim
    name = getattr(claim, "__name__", "claim")

    def refuted(point: CriticalPoint) -> bool:
        return point.proved and point.is_minimum and not satisfies(point)

    def in_question(point: CriticalPoint) -> bool:
        settled = point.proved and (not point.is_minimum or satisfies(point))
        return (point.is_minimum or point.verdict is Verdict.UNDECIDED) and not settled

    sentence = (getattr(claim, "__doc__", None) or "").strip().split("\n")[0].rstrip(".")
    words = sentence or f"every local minimum satisfies {name}"
    return Claim(name, words, in_question, refuted)
