"""The sum of two models with separate parameters: how a transform adds its own units."""

from __future__ import annotations

from pgb.errors import InputError
from pgb.models.fields import AffineField
from pgb.models.model import Derivatives, Model, Parameter, SharingModel, Switch
from pgb.numbers import Arithmetic, Array


class ModelSum(SharingModel):
    """The model phi(theta, x) = first(theta_1, x) + second(theta_2, x), theta = (theta_1, theta_2).

    Args:
        first: its parameters come first and keep their names.
        second: names that clash with the first's get ``prefix`` and a dot in front.
        prefix: "elimination" by default.

    Raises:
        InputError: if the two differ in the number of inputs or outputs, or names still clash.
    """

    def __init__(self, first: Model, second: Model, prefix: str = "elimination") -> None:
        for name in ("inputs", "output_dimension"):
            one, other = getattr(first, name), getattr(second, name)
            if one != other:
                raise InputError(f"{name}: found {one} and {other}, expected equal numbers")
        self.first, self.second, self.prefix = first, second, prefix
        self.inputs, self.output_dimension = first.inputs, first.output_dimension
        taken = {parameter.name for parameter in first.parameters}
        renamed = tuple(
            Parameter(f"{prefix}.{p.name}" if p.name in taken else p.name, p.shape)
            for p in second.parameters
        )
        names = taken | {parameter.name for parameter in renamed}
        if len(names) != len(first.parameters) + len(renamed):
            raise InputError(
                f"parameters: found names that clash even with the prefix {prefix!r}, "
                "expected distinct names"
            )
        self.parameters = (*first.parameters, *renamed)

    def split(self, theta: Array) -> tuple[Array, Array]:
        """The parameters of the first and of the second model."""
        return theta[..., : self.first.size], theta[..., self.first.size :]

    def outputs(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        one, two = self.split(theta)
        return self.first.outputs(ar, one, x) + self.second.outputs(ar, two, x)

    def derivatives(self, ar: Arithmetic, theta: Array, x: Array) -> SumDerivatives:
        """The derivatives at one theta, sharing work within each of the two models."""
        return SumDerivatives(self, ar, theta, x)

    def switches(self, ar: Arithmetic, theta: Array, x: Array) -> tuple[Switch, ...]:
        one, two = self.split(theta)
        return (*self.first.switches(ar, one, x), *self.second.switches(ar, two, x))

    def directional(self, ar: Arithmetic, theta: Array, x: Array, v: Array) -> Array:
        (one, two), (d_one, d_two) = self.split(theta), self.split(v)
        return self.first.directional(ar, one, x, d_one) + self.second.directional(
            ar, two, x, d_two
        )

    def invariances(self) -> tuple[AffineField, ...]:
        one = [field.shifted(0, self.size) for field in self.first.invariances()]
        two = [field.shifted(self.first.size, self.size) for field in self.second.invariances()]
        return (*one, *two)

    def __repr__(self) -> str:
        return f"ModelSum({self.first!r}, {self.second!r})"


def summands(model: Model) -> list[tuple[Model, slice]]:
    """The models that a sum is made of, each with the place of its parameters."""
    if not isinstance(model, ModelSum):
        return [(model, slice(0, model.size))]
    later = [
        (part, slice(model.first.size + place.start, model.first.size + place.stop))
        for part, place in summands(model.second)
    ]
    return [*summands(model.first), *later]


class SumDerivatives(Derivatives):
    """Derivatives of a sum: side by side, and block-diagonal."""

    def __init__(self, model: ModelSum, ar: Arithmetic, theta: Array, x: Array) -> None:
        super().__init__(model, ar, theta, x)
        one, two = model.split(theta)
        self.parts = (
            model.first.derivatives(ar, one, x),
            model.second.derivatives(ar, two, x),
        )

    def outputs(self) -> Array:
        return self.parts[0].outputs() + self.parts[1].outputs()

    def jacobian(self) -> Array:
        return self.ar.concatenate([part.jacobian() for part in self.parts], axis=-1)

    def gradient(self, r: Array) -> Array:
        return self.ar.concatenate([part.gradient(r) for part in self.parts], axis=-1)

    def curvature(self, r: Array) -> Array:
        one, two = (part.curvature(r) for part in self.parts)
        batch, p, q = one.shape[:-2], one.shape[-1], two.shape[-1]
        top = self.ar.concatenate([one, self.ar.zeros((*batch, p, q))], axis=-1)
        bottom = self.ar.concatenate([self.ar.zeros((*batch, q, p)), two], axis=-1)
        return self.ar.concatenate([top, bottom], axis=-2)
