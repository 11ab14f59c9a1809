"""Write the folders correct/, incorrect/ and unparsable/ when run as a program."""

from __future__ import annotations

import copy
import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pgb.certificates import build, checking
from pgb.certificates.certificate import digest
from pgb.check import check
from pgb.conditions import descend, newton
from pgb.models import Expression, Network
from pgb.problem_files import read_problem
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import eliminate

FOLDER = Path(__file__).parent
TESTS = FOLDER.parent
RADII = tomllib.loads((TESTS / "traps" / "expected.toml").read_text(encoding="utf-8"))
Json = dict[str, Any]

#: One problem at least for each method of evidence.
CHOSEN = {
    "strict": "catalogue/sigmoid-binary-rational",
    "strict-logarithm": "catalogue/logistic-softplus-exact",
    "krawczyk": "catalogue/two-sample-tanh",
    "krawczyk-two-layers": "catalogue/tanh-of-tanh",
    "equal-units": "catalogue/duplicated-tanh-unit-outside",
    "curvature": "catalogue/duplicated-tanh-unit-middle",
    "region": "catalogue/regression-line-relu",
    "dead-layer": "catalogue/deep-relu-dead-layer",
    "constant-units": "catalogue/constant-unit-tanh",
    "orbit": "catalogue/linear-bottleneck-weighted",
    "probe": "catalogue/deep-linear-origin-network",
    "probe-elimination": "traps/alternating-binomials-order-4",
    "ray": "traps/ridge-on-the-amplitude-bias-9",
    "ray-without-units": "traps/without-units-valley",
    "group-sum-ball": "traps/underflowing-exponential-bias-ball",
    "auxiliary-weight": "traps/tiny-amplitude-at-an-optimum",
    "one-sided": "catalogue/single-relu-at-its-kink",
    "gradient": "catalogue/dead-layer-off-the-mean",
    "function-optimal": "traps/conflicting-targets-at-their-mean",
    "regularizer-gradient": "traps/interpolation-with-decay-eliminated",
    "branch": "traps/dead-unit-logistic",
    "cross-entropy": "traps/smoothed-labels-at-the-optimum",
    "without-units": "traps/without-units-at-zero-loss",
}


def certificate_of(name: str) -> Json:
    """The certificate of a problem of the catalogue or the traps."""
    folder, stem = name.split("/")
    problem = read_problem(TESTS / folder / "problems" / f"{stem}.toml")
    radius = RADII.get(stem, {}).get("radius")
    report = check(problem.objective, problem.candidate, better=problem.better, radius=radius)
    certificate = build(
        problem.objective,
        problem.candidate,
        report.findings,
        radii=problem.candidate.radii(radius),
        better=problem.better if report.bad else None,
    )
    return certificate.to_json_object()


def ray_in_a_ball() -> Json:
    """The ball around a point of a valley in which only a is penalized."""
    model = Expression(["x"], ["a", "b"], ["a*exp(b)"])
    data = Data([[0]], [1])
    objective = Objective(model, data, weight_decay="1/10", decay_parameters=["a"])
    candidate = Candidate.from_vector(objective.parameters, [0.0183, 4.0])
    return build(objective, candidate, check(objective, candidate).findings).to_json_object()


def small_minima() -> dict[str, Objective]:
    """Problems of which a minimum in a ball is proved by slices or by interpolation."""
    xor = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    line, classes = Data([[1], [2], [3]], [1, 1, 2]), Data([[0], [1], [1], [2]], [0, 0, 1, 1])
    decay = {"weight_decay": "1/10", "decay_parameters": ["W1"]}
    twice, weights = [[0], [0], [1], [1]], [1, 2, 3, 4]
    labels, mixed = Data(twice, [1, -1, 1, -1], weights), Data(twice, [0, 1, 0, 1], weights)
    means = Data([*xor.inputs.tolist(), [0, 0]], [0, 1, 1, 0, "1/3"], [1, 2, 3, 4, 5])
    return {
        "slice": Objective(Network([1, 1, 1], "relu", bias=False), line),
        "slice-linear": Objective(Network([1, 1, 1], "identity"), line),
        "slice-logits": Objective(Network([1, 2], []), classes, "cross-entropy", **decay),
        "interpolation": Objective(Network([2, 2, 1], "tanh"), xor),
        "interpolation-eliminated": eliminate(Objective(Network([2, 2, 1], "tanh"), xor), "1/10"),
        "interpolation-means": Objective(Network([2, 2, 1], "tanh"), means),
        "interpolation-labels": eliminate(Objective(Network([1, 1], []), labels, "logistic"), 1),
        "interpolation-classes": eliminate(
            Objective(Network([1, 2], []), mixed, "cross-entropy"), "1/3"
        ),
    }


def small_minimum(name: str) -> Json:
    """The certificate of the minimum that descent ends at, before a transform if there is one."""
    objective = small_minima()[name]
    record = objective.elimination
    base = objective if record is None else record.base
    start = np.random.default_rng(0).standard_normal(base.size)
    start = np.abs(start) if name == "slice" else start
    point = descend(base, start).point
    point = np.concatenate([point, np.full(objective.size - base.size, 2.0**-30)])
    candidate = Candidate.from_vector(objective.parameters, point)
    return build(objective, candidate, check(objective, candidate).findings).to_json_object()


def saddles() -> dict[str, tuple[Objective, list[Any]]]:
    """Objectives with a saddle near or at a point."""
    xor = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    parity = Objective(Network([2, 1, 1], "tanh"), xor, weight_decay="1/100")
    product = Objective(Expression(["x"], ["u", "v"], ["2 + u*v"]), Data([[1]], [0]))
    line = Data([[1], [2], [3]], [2, 2, 3])
    w, u = 0.774325172899, 2.73537234063
    return {
        "critical-point": (parity, [0.1695, 0.1695, 0.1497, 0.1546, 0.4484]),
        "critical-point-exact": (product, [0, 0]),
        "critical-line": (Objective(Network([1, 2, 1], bias=False), line), [w, w, u / 2, u / 2]),
    }


def saddle(name: str) -> Json:
    """The certificate of a saddle with its index."""
    objective, point = saddles()[name]
    if name == "critical-point":
        point = newton(objective, np.array(point)).point.tolist()
    candidate = Candidate.from_vector(objective.parameters, point)
    return build(objective, candidate, check(objective, candidate).findings).to_json_object()


def kinks() -> dict[str, tuple[Objective, list[Any]]]:
    """Objectives with a local minimum at a kink."""
    bent = Expression(["x"], ["u", "v"], ["2*relu(v - u^2) + 2*relu(u^2 - v) - v + 2*u^2"])
    fitted = Data([[0], [1], [2], [3]], [0, 0, 2, 4])
    mean = Objective(Expression(["x"], ["c"], ["c"]), Data([[0], [1]], [0, 1]))
    between = Objective(Network([1, 1], [], bias=False), Data([[1], [1]], [0, 1]), "absolute")
    return {
        "kinks": (Objective(bent, Data([[0]], [-9]), "absolute"), [0, 0]),
        "kinks-free": (eliminate(mean, 2, "absolute"), ["1/2", 0, 0, 0]),
        "kinks-slice": (Objective(Network([1, 1, 1], "relu"), fitted, "absolute"), [1, -1, 2, 0]),
        "convex-pieces": (between, [0]),
    }


def kink(name: str) -> Json:
    """The certificate of a local minimum at a kink."""
    objective, point = kinks()[name]
    candidate = Candidate.from_vector(objective.parameters, point)
    return build(objective, candidate, check(objective, candidate).findings).to_json_object()


def degenerate_points() -> dict[str, tuple[Objective, list[Any]]]:
    """Objectives with a point that derivatives of higher order decide."""
    origin = Data([[0]], [-1])
    valley = Expression(["x"], ["u", "v"], ["v^2 + u^2*v + u^4"])
    peano = Expression(["x"], ["u", "v"], ["(v - u^2)*(v - 3*u^2)"])
    return {
        "reduction": (Objective(valley, origin), [0, 0]),
        "reduction-network": (
            Objective(Network([1, 1, 1], "tanh", bias=False), Data([[1]], [1]), weight_decay=1),
            [0, 0],
        ),
        "curve": (Objective(peano, origin), [0, 0]),
    }


def degenerate_point(name: str) -> Json:
    """The certificate of a degenerate point."""
    objective, point = degenerate_points()[name]
    candidate = Candidate.from_vector(objective.parameters, point)
    return build(objective, candidate, check(objective, candidate).findings).to_json_object()


def sealed(value: Json) -> Json:
    """The certificate with words and hash made to fit, as a careful forger would."""
    value["claim"]["words"] = checking.words(value["claim"])
    value["sha256"] = digest(value["problem"])
    return value


def set_claim(**changes: Any) -> Callable[[Json], Json]:
    """A forgery that changes entries of the claim."""
    return lambda value: {**value, "claim": {**value["claim"], **changes}}


def forgeries(value: Json) -> dict[str, Json]:
    """False or unsupported certificates made from a true one, by what was changed."""
    claim = value["claim"]
    minimum = claim["verdict"] == "LOCAL_MINIMUM"
    changes: dict[str, Callable[[Json], Json]] = {
        "opposite": set_claim(
            verdict="NOT_A_LOCAL_MINIMUM" if minimum else "LOCAL_MINIMUM",
            kind=None,
            dimension=None,
            bad=None,
            better=None,
            **{"global": None},
        ),
        "no-evidence": lambda v: {**v, "evidence": []},
    }
    if claim["verdict"] != "ESCAPING" and not any(w["method"] == "ray" for w in value["evidence"]):
        changes["escaping"] = set_claim(
            verdict="ESCAPING", kind=None, dimension=None, bad=None, better=None, **{"global": None}
        )
    methods = {w["method"] for w in value["evidence"]}
    for kind in checking.KIND_WORDS:
        if minimum and kind not in (None, claim["kind"], *methods):
            changes[f"kind-{kind}"] = set_claim(kind=kind)
    changes["dimension"] = set_claim(dimension=(claim["dimension"] or 0) + 1)
    counts = claim["critical_point"] or {"index": 0, "nullity": 0}
    for name in counts:
        changes[name] = set_claim(critical_point={**counts, name: counts[name] + 1})
    if claim["global"] is None:
        changes["global"] = set_claim(**{"global": True})
    if claim["bad"] is None:
        point = claim["about"].get("point") or claim["about"]["center"]
        changes["bad"] = set_claim(bad=True, better=point)
    else:
        changes["bad-without-point"] = set_claim(better=None)
        point = claim["about"].get("point") or claim["about"]["center"]
        changes["not-better"] = lambda v: {
            **v,
            "claim": {**v["claim"], "better": point},
            "evidence": [
                {**w, "point": point} if w["method"] == "better" else w for w in v["evidence"]
            ],
        }
    return {name: sealed(change(copy.deepcopy(value))) for name, change in changes.items()}


def unparsable(text: str) -> dict[str, str]:
    """Files that are no certificates."""
    value = json.loads(text)
    key = '"schema": "pgb-certificate/1"'
    return {
        "empty": "",
        "truncated": text[: len(text) // 2],
        "a-list": "[]",
        "another-schema": json.dumps({**value, "schema": "pgb-certificate/2"}),
        "no-schema": json.dumps({k: v for k, v in value.items() if k != "schema"}),
        "a-float": text.replace('"reduction"', '"x": 0.5, "reduction"', 1),
        "not-a-number": text.replace('"reduction"', '"x": NaN, "reduction"', 1),
        "a-key-twice": text.replace(key, f"{key}, {key}", 1),
        "too-deep": "[" * 100_000 + "]" * 100_000,
    }


def write(folder: str, texts: dict[str, str]) -> None:
    """Replace a folder of files."""
    target = FOLDER / folder
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name, text in texts.items():
        (target / f"{name}.json").write_text(text, encoding="utf-8")


def correct() -> dict[str, Json]:
    """All certificates of the folder correct/."""
    return (
        {name: certificate_of(problem) for name, problem in CHOSEN.items()}
        | {"ray-ball": ray_in_a_ball()}
        | {name: small_minimum(name) for name in small_minima()}
        | {name: saddle(name) for name in saddles()}
        | {name: kink(name) for name in kinks()}
        | {name: degenerate_point(name) for name in degenerate_points()}
    )


def main() -> None:
    """Write all three folders."""
    certificates = correct()
    incorrect = {
        f"{name}-{what}": json.dumps(forged)
        for name, value in certificates.items()
        for what, forged in forgeries(value).items()
    }
    texts = {name: json.dumps(value, indent=1) + "\n" for name, value in certificates.items()}
    write("correct", texts)
    write("incorrect", incorrect)
    write("unparsable", unparsable(texts["strict"]))


if __name__ == "__main__":
    main()
