"""Forged certificates with words and hashes that fit: none proves what is false."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import flint
import pytest
from flint import arb, fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgb.certificates import checking
from pgb.certificates.checking.claims import Claim
from pgb.certificates.checking.exact import EXACT_BITS, reset
from pgb.certificates.checking.objective import evaluate
from pgb.certificates.checking.problem import Problem
from pgb.certificates.checking.reading import RATIONAL, rational
from pgb.certificates.checking.rings import BALLS

from .conftest import COUNTS, FOLDER, seal

FILES = sorted((FOLDER / "correct").glob("*.json"))
VALUES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
SMALL = {name: value for name, value in VALUES.items() if len(json.dumps(value)) < 20_000}
Place = tuple[Any, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where every entry of a JSON value lies, inner nodes included."""
    yield at
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from places(inner, (*at, key))


def get(value: Any, at: Place) -> Any:
    for key in at:
        value = value[key]
    return value


def put(value: Any, at: Place, new: Any) -> Any:
    """A copy with another entry at a place."""
    value = copy.deepcopy(value)
    if not at:
        return new
    get(value, at[:-1])[at[-1]] = new
    return value


def is_false(value: Any, tries: int = 60) -> bool:
    """Whether a claim about a point is seen to be false.

    Of a minimum: a certainly lower value very near. Of no minimum: a proof that it is one.
    """
    claim = value["claim"]
    if claim["about"]["kind"] != "point":
        return False
    if claim["verdict"] != "LOCAL_MINIMUM":
        return any(contradicts(value, witness) for witness in PROOFS)
    rng, before = random.Random(0), flint.ctx.prec
    try:
        flint.ctx.prec = EXACT_BITS
        reset([{}, {}, {}])
        subject = Claim(Problem(value["problem"]), claim["about"])
        center = subject.theta()
        here = subject.balls(0).value
        for attempt in range(tries):
            step = fmpq(1, 10 ** (3 + attempt % 4))
            point = [t + arb(step * rng.randint(-3, 3)) for t in center]
            if evaluate(subject.P, BALLS, point, 0).value < here:
                return True
    finally:
        flint.ctx.prec = before
    return False


PROOFS = ({"method": "strict", "precision": 256}, {"method": "function-optimal"})


def contradicts(value: Any, witness: Any) -> bool:
    """Whether the witness proves that the point is a local minimum."""
    weaker = dict.fromkeys(("kind", "dimension", "global", "bad", "better", "critical_point"))
    claim = {**value["claim"], **weaker, "verdict": "LOCAL_MINIMUM"}
    try:
        checking.check(seal({**value, "claim": claim, "evidence": [witness]}))
    except (checking.Refused, ArithmeticError):
        return False
    return True


def numbers(value: Any) -> list[Place]:
    """Places of rational numbers."""
    found = [at for at in places(value) if isinstance(get(value, at), str)]
    return [at for at in found if RATIONAL.fullmatch(get(value, at))]


@pytest.mark.parametrize("name", VALUES)
def test_every_number_of_the_problem(name: str, verdict: Callable[..., Any]) -> None:
    """Another problem: refused, or nothing lower is near the point (it may well be a minimum)."""
    value = VALUES[name]
    for at in numbers(value["problem"])[:60]:
        old = rational(get(value["problem"], at))
        for new in (old + 1, old - fmpq(1, 1000), -old):
            forged = seal(put(value, ("problem", *at), str(new)))
            code, _ = verdict(forged, "with another problem")
            assert code != 0 or not is_false(forged), (at, str(new))


@pytest.mark.parametrize("name", VALUES)
def test_every_number_of_the_point(name: str, verdict: Callable[..., Any]) -> None:
    """Another point: refused, or nothing lower is near it."""
    value = VALUES[name]
    for at in numbers(value["claim"])[:40]:
        old = rational(get(value["claim"], at))
        for new in (old + 1, old - fmpq(1, 1000), -old, fmpq(0)):
            forged = seal(put(value, ("claim", *at), str(new)))
            code, _ = verdict(forged, "with another claim")
            assert code != 0 or not is_false(forged), (at, str(new))


@pytest.mark.parametrize("name", VALUES)
def test_every_entry_of_the_evidence(name: str, verdict: Callable[..., Any]) -> None:
    """The claim stays true whatever the evidence: refused or accepted, without a traceback."""
    value = VALUES[name]
    rng = random.Random(1)
    spots = [at for at in places(value["evidence"]) if at]
    for at in spots if len(spots) <= 60 else rng.sample(spots, 60):
        for new in (None, True, -1, 10**9, "0", "-1/2", "1/0", [], {}, ["0"], "x", 4096):
            code, sentence = verdict(put(value, ("evidence", *at), new), "with other evidence")
            assert code in (0, 1), sentence


@pytest.mark.parametrize("name", VALUES)
def test_a_missing_or_extra_key_is_refused(name: str, verdict: Callable[..., Any]) -> None:
    value = VALUES[name]
    for at in places(value):
        entry = get(value, at)
        if not isinstance(entry, dict) or (at and at[0] == "evidence" and len(at) > 2):
            continue
        for key in entry:
            if (*at, key) in (
                ("schema",),
                ("evidence",),
                ("sha256",),
                ("claim", "words"),
            ) or key == "preconditioner":
                continue
            less = put(value, at, {k: v for k, v in entry.items() if k != key})
            assert verdict(seal(less), "with a key less")[0] == 1, (at, key)
        more = seal(put(value, at, {**entry, "more": None}))
        assert verdict(more, "with a key more")[0] == 1, at


def test_words_that_do_not_fit_are_refused(verdict: Callable[..., Any]) -> None:
    for value in VALUES.values():
        other = put(value, ("claim", "words"), value["claim"]["words"] + " and more")
        assert verdict(other, "with other words")[0] == 1


NEW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.integers(),
    st.fractions(max_denominator=10).map(str),
    st.text(max_size=5),
    st.lists(st.fractions(max_denominator=3).map(str), max_size=3),
    st.sampled_from(
        ["LOCAL_MINIMUM", "ESCAPING", "relu", "tanh", "squared", "hinge", "sum", "mean"]
    ),
)


@given(name=st.sampled_from(sorted(SMALL)), data=st.data(), new=NEW)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_mutation_proves_a_false_claim(
    name: str, data: st.DataObject, new: Any, verdict: Callable[..., Any]
) -> None:
    value = SMALL[name]
    at = data.draw(st.sampled_from([at for at in places(value) if at]))
    forged = seal(put(value, at, new))
    code, _ = verdict(forged, "mutated at random")
    if code == 0 and (at[0] == "problem" or at[:2] == ("claim", "about")):
        assert not is_false(forged)
    elif code == 0 and at[0] == "claim":
        weaker = {"global", "bad", "better", "kind", "dimension", "critical_point"}
        assert (
            forged["claim"] == value["claim"]
            or (at[1] in weaker and new is None)
            or at[1] == "verdict"
        )
        assert forged["claim"]["verdict"] in (value["claim"]["verdict"], "NOT_A_LOCAL_MINIMUM")


def test_something_was_accepted_and_more_was_refused() -> None:
    accepted = sum(n for what, n in COUNTS.items() if what.endswith("accepted"))
    assert COUNTS.total() > 2 * accepted
