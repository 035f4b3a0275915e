"""What the evidence rests on: each framework's gradients, against float64."""

import numpy as np
import pytest

from common import packages
from tests import reference
from tools.lessons import vae as lesson
from tools.pages.side_by_side import evidence

VAES = [name for name in packages.every() if packages.model_of(name).name == "vae"]


def total(arguments, parameters):
    """The sum of the ELBO, without its parts."""
    given = {name: arguments[name] for name in ("x", "eps", "activation")}
    return reference.elbo(parameters, **given)[0].sum()


@pytest.mark.slow
@pytest.mark.parametrize("package", VAES)
@pytest.mark.parametrize("structure", lesson.STRUCTURES)
def test_gradients_are_those_of_finite_differences(package, structure):
    rng = np.random.default_rng(3)
    arguments = lesson.arguments(structure, rng)
    values, gradients = evidence.caller(package, "elbo", arguments)(arguments)
    given = {name: arguments[name] for name in ("x", "eps", "activation")}
    expected = reference.elbo(arguments["parameters"], **given)
    for value, part in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, part, rtol=1e-5)
    parameters = {n: v.astype("f8") for n, v in arguments["parameters"].items()}
    for name, parameter in parameters.items():
        direction = {n: np.zeros_like(v) for n, v in parameters.items()}
        direction[name] = gradients[name].astype("f8")
        size = np.linalg.norm(direction[name])
        direction[name] /= size
        slope = reference.directional_derivative(
            lambda moved: total(arguments, moved), parameters, direction, 1e-6
        )
        assert slope == pytest.approx(size, rel=1e-4), name
        assert direction[name].shape == parameter.shape
