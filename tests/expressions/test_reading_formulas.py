from __future__ import annotations

import json
from typing import Any

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.expressions import (
    FUNCTIONS,
    Call,
    Constant,
    Name,
    Number,
    Operation,
    Tree,
    from_json,
    names_in,
    parse,
    to_json,
)

NAMES = ("w", "u", "x_1", "b.2", "exponent")


def grown(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    exponents = st.sampled_from(["2", "(-3)", "1/2", "(1/2)", "-1", "0"])
    unary = st.sampled_from([f for f in FUNCTIONS if f != "leaky_relu"])
    return st.one_of(
        st.tuples(smaller, st.sampled_from("+-*/"), smaller).map("".join),
        st.tuples(smaller, st.sampled_from([" + ", " - ", " * ", "/"]), smaller).map("".join),
        smaller.map("({})".format),
        smaller.map("-{}".format),
        st.tuples(smaller, exponents).map(lambda pair: f"({pair[0]})^{pair[1]}"),
        st.tuples(unary, smaller).map(lambda pair: f"{pair[0]}({pair[1]})"),
        smaller.map("leaky_relu({}, 1/10)".format),
    )


formulas = st.recursive(
    st.sampled_from([*NAMES, "pi", "e", "0", "1", "3/7", "2.5e-3", "12", ".5"]), grown, max_leaves=8
)


def parsed(text: str) -> Tree | None:
    """The tree, or None where the text is refused; anything else is a failure."""
    try:
        return parse(text, NAMES)
    except InputError as error:
        assert len(error.problems) == 1
        assert "\n" not in str(error) and len(str(error)) < 600
        return None


@given(formulas)
def test_printed_formulas_read_back(text: str) -> None:
    tree = parsed(text)
    if tree is not None:
        assert parse(str(tree), NAMES) == tree


@given(formulas)
def test_json_reads_back(text: str) -> None:
    tree = parsed(text)
    if tree is not None:
        assert from_json(json.loads(json.dumps(to_json(tree)))) == tree


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    tree = parsed(text)
    if tree is not None:
        assert parse(str(tree), NAMES) == tree


@given(st.text(alphabet="()+-*/^.,e019 wu_exp\n", max_size=40))
def test_text_of_the_right_characters_is_read_or_refused(text: str) -> None:
    tree = parsed(text)
    if tree is not None:
        assert parse(str(tree), NAMES) == tree


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([*"+*/^", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(values)
def test_any_json_is_read_or_refused_in_one_sentence(value: Any) -> None:
    try:
        tree = from_json(value)
    except InputError as error:
        assert len(error.problems) == 1
    else:
        assert from_json(to_json(tree)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1/3", Number(fmpq(1, 3))),
        ("-2*3+1/2", Number(fmpq(-11, 2))),
        ("0.1", Number(fmpq(1, 10))),
        ("2.5e-3", Number(fmpq(1, 400))),
        ("1E2", Number(fmpq(100))),
        ("2^-3", Number(fmpq(1, 8))),
        ("2**3", Number(fmpq(8))),
        ("-2^2", Number(fmpq(-4))),
        ("2^3^2", Number(fmpq(512))),
        ("--w", Name("w")),
        ("pi", Constant("pi")),
        ("e^w", Call("exp", (Name("w"),))),
        ("atan(w)", Call("arctan", (Name("w"),))),
        ("sine(w)", Call("sin", (Name("w"),))),
        ("w-u", Operation("+", (Name("w"), Operation("neg", (Name("u"),))))),
        ("w/u*w", Operation("*", (Operation("/", (Name("w"), Name("u"))), Name("w")))),
        ("-w^2", Operation("neg", (Operation("^", (Name("w"), Number(fmpq(2)))),))),
        ("-w*u", Operation("*", (Operation("neg", (Name("w"),)), Name("u")))),
        (
            "leaky_relu(w, 1/10)",
            Call("leaky_relu", (Name("w"), Number(fmpq(1, 10)), Number(fmpq(1)))),
        ),
        (
            "leaky_relu(w, 1, 101/100)",
            Call("leaky_relu", (Name("w"), Number(fmpq(1)), Number(fmpq(101, 100)))),
        ),
        ("exponent", Name("exponent")),
    ],
)
def test_what_a_formula_means(text: str, tree: Tree) -> None:
    assert parse(text, NAMES) == tree


def test_names_of_a_formula() -> None:
    assert names_in(parse("w*tanh(x_1) + pi", NAMES)) == {"w", "x_1"}


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ('__import__("os")', 1, "'__import__'"),
        ("w.__class__", 1, "'w.__class__'"),
        ("2*lambda", 3, "'lambda'"),
        ("w + ", 5, "the end of the text"),
        ("", 1, "the end of the text"),
        ("2w", 2, "'w'"),
        ("(w", 3, "the end of the text"),
        ("w)", 2, "')'"),
        ("tanh w", 6, "'w'"),
        ("w[0]", 2, "'['"),
        ("w; u", 2, "';'"),
        ("1 if w else 2", 3, "'if'"),
        ("max(w, 0)", 1, "'max'"),
        ("abs(w)", 1, "'abs'"),
        ("٣", 1, "'٣'"),
        ("w\x00", 2, "'\\x00'"),
    ],
)
def test_refusals_name_the_position_and_what_was_found(
    text: str, position: int, found: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, NAMES)
    assert f"position {position}: found" in str(caught.value)
    assert found in str(caught.value)
    assert "expected" in str(caught.value)


def test_refusal_of_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"expected a name \(u, w\), a constant \(pi, e\)"):
        parse("v", ["w", "u"])


@pytest.mark.parametrize(
    "text",
    ["1/0", "w/(1-1)", "0^(-1)", "w^u", "w^(1/3)", "w^1001", "2^(10^30)", "tanh(w, u)", "tanh()",
     "leaky_relu(w, u)", "leaky_relu(w, 1, 2, 3)"],
)  # fmt: skip
def test_formulas_outside_the_grammar_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "w" + ")" * 5000,
        "-" * 9000 + "(" * 900,
        "tanh(" * 1900 + "w" + ")" * 50,
        "w^" * 3000 + "2",
        "w/" * 4000 + "w",
        "w*u/" * 2000 + "w",
        "1e999999999",
        "1e-999999999",
        "1e" + "9" * 5000,
        "9" * 19999,
        "0." + "0" * 12000 + "1",
        "((9^1000)^1000)^1000",
        "((w^1000)^1000)^1000",
        "*".join(["10^1000"] * 900),
        "w+" * 11000 + "w",
        "w+" * 8000 + "w",
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, NAMES)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "text", ["(2^1000)^20", "1e-900*w", "(2^900)^9/(3^500)^9 + 1e-999*u", "0." + "7" * 900]
)
def test_long_numbers_read_back(text: str) -> None:
    tree = parse(text, NAMES)
    assert parse(str(tree), NAMES) == tree


def test_long_sums_and_products_are_no_deep_trees() -> None:
    assert len(parse("+".join(["w"] * 4000), NAMES).args) == 4000  # type: ignore[union-attr]
    assert parse("-" * 8000 + "w", NAMES) == Name("w")


def test_deeply_nested_json_is_refused() -> None:
    value: list[Any] = ["name", "w"]
    for _ in range(5000):
        value = ["neg", value]
    with pytest.raises(InputError, match="nested deeper"):
        from_json(value)


@pytest.mark.parametrize(
    "value",
    [
        [],
        ["number", "1/0"],
        ["number", "0x10"],
        ["number", 3],
        ["number", "9" * 40001],
        ["constant", "tau"],
        ["name", "w w"],
        ["call", "eval", ["name", "w"]],
        ["call", ["tanh"], ["name", "w"]],
        ["call", "tanh"],
        ["^", ["name", "w"], ["name", "w"]],
        ["/", ["name", "w"]],
        {"op": "+"},
    ],
    ids=str,
)
def test_json_outside_the_grammar_is_refused(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        from_json(value)
    assert len(str(caught.value)) < 300


def test_only_strings_are_read() -> None:
    with pytest.raises(InputError, match="found int, expected a string"):
        parse(3)  # type: ignore[arg-type]
