"""What an autoencoder notes of its codes."""

import numpy as np
import pytest

from common import packages
from tests.conftest import packages_of


@pytest.mark.parametrize("package", packages_of("autoencoder"))
def test_the_state_is_noted_and_not_computed(package, digits):
    X = digits.train_images[:100] / 255
    model = packages.estimator(package)(latent_dim=2, epochs=1).fit(X)
    noted = model.state()["code_percentiles"].copy()
    assert noted.shape == (101, 2)
    weights = model.network.state()
    model.network.load_state(weights | {"b_z": weights["b_z"] + 1})
    for _ in range(2):
        np.testing.assert_array_equal(model.state()["code_percentiles"], noted)
    model.note_codes()
    changed = model.state()["code_percentiles"]
    assert (changed > noted).all()
    z = np.percentile(model.transform(X), range(101), axis=0)
    np.testing.assert_allclose(changed, z, rtol=1e-4)
