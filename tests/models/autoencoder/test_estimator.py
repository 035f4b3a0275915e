"""What an autoencoder notes of its codes."""

import numpy as np
import pytest

from common import packages
from tests.conftest import packages_of


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("package", packages_of("autoencoder"))
def test_a_trained_model_keeps_what_its_state_notes(package, digits, tmp_path):
    X = digits.train_images[:100]
    model = packages.estimator(package)(2, epochs=1).fit(X)
    noted = model.state()["code_percentiles"]
    z = np.percentile(model.transform(X), range(101), axis=0)
    np.testing.assert_allclose(noted, z, rtol=1e-4)
    model.save(tmp_path / "run")
    network = model.network
    model.load_state(model.state() | {"b_z": network.state()["b_z"] + 1})
    assert (model.state()["code_percentiles"] > noted).all()
    loaded = type(model).load(tmp_path / "run")
    loaded.network.load_state(network.state())
    np.testing.assert_array_equal(loaded.state()["code_percentiles"], noted)
