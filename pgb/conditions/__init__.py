"""Conditions for local and global minimality at a candidate, each a proof or honest evidence."""

from pgb.conditions.assumptions import Assumption, assumptions
from pgb.conditions.branches import branch_minimum
from pgb.conditions.constant_units import constant_unit_minimum
from pgb.conditions.curvature import Curvature
from pgb.conditions.escape import Ray, decreasing_ray, escape
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.facts import Facts, gather
from pgb.conditions.fibers import (
    FiberFamily,
    coordinate_families,
    network_families,
    orbit_families,
    sample_fiber,
    shift_families,
    tangent_rank,
)
from pgb.conditions.function_space import FunctionSpace
from pgb.conditions.judgement import judge
from pgb.conditions.kinks import free_branch_minimum, kink_minimum
from pgb.conditions.linear_algebra import Inertia, certainly_positive_definite, exact_inertia
from pgb.conditions.pgb_condition import PgbCondition, measure_pgb
from pgb.conditions.polish import Polished, descend, newton
from pgb.conditions.probe import probe
from pgb.conditions.regions import region_minimum
from pgb.conditions.stationarity import Stationarity, parameter_name
from pgb.conditions.symmetry_minimum import symmetry_minimum
from pgb.conditions.verdict import Evidence, Finding, Verdict

__all__ = [
    "Assumption",
    "Curvature",
    "Evaluation",
    "Evidence",
    "Facts",
    "FiberFamily",
    "Finding",
    "FunctionSpace",
    "Inertia",
    "PgbCondition",
    "Polished",
    "Ray",
    "Stationarity",
    "Verdict",
    "assumptions",
    "branch_minimum",
    "certainly_positive_definite",
    "constant_unit_minimum",
    "coordinate_families",
    "decreasing_ray",
    "descend",
    "escape",
    "exact_inertia",
    "free_branch_minimum",
    "gather",
    "judge",
    "kink_minimum",
    "measure_pgb",
    "network_families",
    "newton",
    "orbit_families",
    "parameter_name",
    "probe",
    "region_minimum",
    "sample_fiber",
    "shift_families",
    "symmetry_minimum",
    "tangent_rank",
]
