"""The scikit-learn conventions, for every estimator that encodes."""

import pickle

import joblib
import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import autoencoder_tf
import vae_tf
import vae_theano
from common import UserError, packages
from tests.conftest import ENCODERS, framework_of, packages_of

SMALL = {"latent_dim": 2, "epochs": 1, "hidden": ()}
ESTIMATORS = {package: packages.estimator(package) for package in ENCODERS}
IN_PLACE = "a Pipeline fits its steps in place, so its parameter `steps` changes"
NOT_APPLICABLE = {
    "check_estimators_overwrite_params": IN_PLACE,
    "check_dont_overwrite_parameters": IN_PLACE,
}


@pytest.mark.slow
@parametrize_with_checks(
    [make_pipeline(MinMaxScaler(clip=True), e(**SMALL)) for e in ESTIMATORS.values()],
    expected_failed_checks=lambda _: NOT_APPLICABLE,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def X(digits):  # noqa: N802
    return np.divide(digits.train_images[:300], 255, dtype=np.float32)


@pytest.fixture(scope="module", params=ESTIMATORS)
def fitted(request, X):
    return ESTIMATORS[request.param](
        latent_dim=2, hidden=(16,), epochs=20, learning_rate=0.01
    ).fit(X)


@pytest.fixture(params=ESTIMATORS)
def estimator(request):
    return ESTIMATORS[request.param](**SMALL)


def test_the_defaults_are_those_of_the_command_line():
    for cls in ESTIMATORS.values():
        given = cls().get_params()
        seed = given.pop("random_state")
        for name, value in cls.about.defaults.items():
            assert {**given, "seed": seed, "data": "mnist"}[name] == value


def test_shapes_and_types(fitted, X):
    Z = fitted.transform(X)
    assert (Z.shape, Z.dtype) == ((300, 2), np.float32)
    decoded = fitted.inverse_transform(Z)
    assert decoded.shape == (300, 784)
    assert 0 <= decoded.min() < decoded.max() <= 1
    assert fitted.sample(16).shape == (16, 784)
    assert set(np.unique(fitted.sample(3, draw="sample"))) == {0, 1}
    scores = fitted.score_samples(X)
    assert scores.shape == (300,)
    assert fitted.score(X) == pytest.approx(scores.mean(), rel=1e-6)
    assert len(fitted.history_) == 20
    names = [f"{type(fitted).__name__.lower()}{i}" for i in range(2)]
    assert fitted.get_feature_names_out().tolist() == names


def test_an_image_scores_the_same_in_any_company(estimator, X):
    """To the last bit: 20 images of 3 pixels fill no processor's registers evenly."""
    few = X[100:120, 400:403]
    estimator.fit(few)
    scores = estimator.score_samples(few)
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(20)[: 20 - seed]
        again = estimator.score_samples(few[order])
        np.testing.assert_allclose(again, scores[order], rtol=1e-7)


def test_learning_raises_the_score(fitted, X):
    assert fitted.history_[-1] > fitted.history_[0] + 5
    start = clone(fitted).set_params(epochs=1, learning_rate=1e-9).fit(X)
    assert fitted.score(X) > start.score(X) + 5


def test_reconstruction_decodes_the_code(fitted, X):
    expected = fitted.inverse_transform(fitted.transform(X[:9]))
    np.testing.assert_array_equal(fitted.reconstruct(X[:9]), expected)
    drawn = fitted.reconstruct(X[:9], draw="sample", random_state=1)
    again = fitted.reconstruct(X[:9], draw="sample", random_state=1)
    np.testing.assert_array_equal(drawn, again)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits(estimator, X):
    before = X.copy()
    one = clone(estimator).fit(X)
    other = clone(estimator).fit(X.astype(np.float64))
    np.testing.assert_array_equal(X, before)
    for a, b in zip(one.state().values(), other.state().values(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (one.score_samples(X) == other.score_samples(X)).all()
    assert (one.sample(4) == one.sample(4)).all()
    different = clone(estimator).set_params(random_state=1).fit(X)
    assert (one.transform(X) != different.transform(X)).any()


@pytest.mark.slow
def test_random_states_of_all_kinds(estimator, X):
    for state in (None, np.int64(3), np.random.RandomState(0)):
        clone(estimator).set_params(random_state=state).fit(X[:20])


def test_save_and_load(fitted, X, tmp_path):
    fitted.save(tmp_path / "model")
    loaded = type(fitted).load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.transform(X), fitted.transform(X))
    np.testing.assert_array_equal(loaded.sample(9), fitted.sample(9))
    given, expected = loaded.get_params(), fitted.get_params()
    assert given == expected
    with pytest.raises(UserError, match="exists already"):
        fitted.save(tmp_path / "model")
    with pytest.raises(UserError, match="not a run"):
        type(fitted).load(tmp_path)


@pytest.mark.slow
def test_each_framework_loads_what_another_trained(X, tmp_path):
    for ours in packages_of("vae"):
        vae = ESTIMATORS[ours](latent_dim=2, hidden=(16,), epochs=2).fit(X)
        vae.save(tmp_path / ours)
        for twin in set(packages_of("vae")) - {ours}:
            loaded = ESTIMATORS[twin].load(tmp_path / ours)
            np.testing.assert_allclose(loaded.transform(X), vae.transform(X), atol=1e-5)
            np.testing.assert_allclose(loaded.sample(9), vae.sample(9), atol=1e-5)
            assert loaded.score(X) == pytest.approx(vae.score(X), rel=1e-6)


def test_another_model_is_not_loaded(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    for cls in ESTIMATORS.values():
        if cls.about is not fitted.about:
            with pytest.raises(UserError, match=r"a run of .*; use "):
                cls.load(tmp_path / "model")


def test_a_pickle_works_and_can_be_saved(fitted, X, tmp_path):
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.transform(X), fitted.transform(X))
    np.testing.assert_array_equal(copy.sample(9), fitted.sample(9))
    copy.save(tmp_path / "model")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X * 255, r"X lies in \[0, 255\].*divide by 255"),
        (lambda X: X - 0.5, r"X lies in \[-0.5, 0.5\].*MinMaxScaler"),
        (lambda X: np.where(X > 0, np.nan, X), "contains NaN"),
        (lambda X: X[:, :700], "700 features.*expecting 784"),
    ],
)
def test_wrong_input_is_refused(fitted, X, change, message):
    wrong = change(X[:30])
    for method in (fitted.transform, fitted.score, fitted.reconstruct):
        with pytest.raises(ValueError, match=message):
            method(wrong)


@pytest.mark.parametrize("count", [0, -1, 2.5, "3", None])
def test_wrong_counts_are_refused(fitted, X, count):
    with pytest.raises(ValueError, match="n_samples must be a whole number from 1"):
        fitted.sample(count)
    if fitted.about.has_evidence:
        with pytest.raises(ValueError, match="samples must be a whole number from 1"):
            fitted.log_evidence(X, count)


def test_wrong_codes_are_refused(fitted):
    with pytest.raises(ValueError, match=r"Z has 3 columns; the codes .* have 2"):
        fitted.inverse_transform(np.zeros((4, 3)))


def test_unfitted_use(estimator, X):
    for call in (
        lambda: estimator.transform(X),
        lambda: estimator.inverse_transform(np.zeros((1, 2))),
        lambda: estimator.sample(),
        lambda: estimator.score(X),
        lambda: estimator.save("nowhere"),
    ):
        with pytest.raises(NotFittedError):
            call()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("latent_dim", 1.5),
        ("hidden", (16, -1)),
        ("learning_rate", -1),
        ("activation", "gelu"),
        ("binarize", "often"),
        ("batch_size", "all"),
    ],
)
def test_impossible_parameters_are_named(estimator, X, name, value):
    with pytest.raises(ValueError, match=f"^{name} must be "):
        estimator.set_params(**{name: value}).fit(X)
    with pytest.raises(NotFittedError):
        estimator.transform(X)


def test_static_takes_black_and_white_as_it_is(estimator, X):
    """Grey pixels are refused, by `fit` and by what is fitted."""
    estimator.set_params(binarize="static")
    message = "X has grey pixels, but with binarize='static' each must be 0 or 1: "
    with pytest.raises(ValueError, match=message):
        estimator.fit(X)
    black_and_white = np.float32(X > 0.5)
    estimator.fit(black_and_white)
    assert estimator.settings_.binarize == "static"
    np.testing.assert_array_equal(estimator.seen(black_and_white), black_and_white)
    with pytest.raises(ValueError, match=message):
        estimator.score(X)


@pytest.mark.slow
def test_pipeline_grid_search_and_pandas(estimator, X):
    estimator.set_params(epochs=10)
    pipeline = make_pipeline(MinMaxScaler(clip=True), estimator)
    pipeline.set_output(transform="pandas")
    last = pipeline.steps[-1][0]
    rates = [1e-9, 1e-2]
    search = GridSearchCV(pipeline, {f"{last}__learning_rate": rates}, cv=2)
    search.fit(X * 16)
    assert search.best_params_ == {f"{last}__learning_rate": 1e-2}
    frame = search.best_estimator_.transform(X * 16)
    assert [*frame.columns] == [f"{last}{i}" for i in range(2)]


@pytest.mark.slow
def test_joblib_workers(fitted, X):
    parts = joblib.Parallel(n_jobs=2)(
        joblib.delayed(fitted.transform)(part) for part in (X[:100], X[100:])
    )
    np.testing.assert_allclose(np.vstack(parts), fitted.transform(X), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [(), (16, 8)])
@pytest.mark.parametrize(
    "package", [p for p in ENCODERS if framework_of(p) == "tensorflow"]
)
def test_keras_models_compute_the_same(package, hidden, X, tmp_path):
    model = ESTIMATORS[package](latent_dim=3, hidden=hidden, epochs=1).fit(X)
    for name, keras_model in zip(("encoder", "decoder"), model.to_keras(), strict=True):
        path = tmp_path / f"{name}.keras"
        keras_model.save(path)
        for ours in (keras_model, keras.models.load_model(path)):
            if name == "encoder":
                codes = [*model.encode(X).values()]
                made = ours.predict(model.seen(X), verbose=0)
                made = made if isinstance(made, list) else [made]
                for a, b in zip(made, codes, strict=True):
                    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
            else:
                z = model.transform(X)
                made = ours.predict(z, verbose=0)
                expected = model.inverse_transform(z)
                np.testing.assert_allclose(made, expected, atol=1e-5)


@pytest.mark.slow
def test_keras_models_of_what_theano_trained(X, tmp_path):
    vae = vae_theano.VAE(latent_dim=3, hidden=(8,), epochs=1).fit(X)
    vae.save(tmp_path / "run")
    encoder, decoder = vae_tf.VAE.load(tmp_path / "run").to_keras()
    mu, logvar = encoder.predict(vae.seen(X), verbose=0)
    np.testing.assert_allclose(mu, vae.transform(X), rtol=1e-4, atol=1e-5)
    made = decoder.predict(mu, verbose=0)
    np.testing.assert_allclose(made, vae.inverse_transform(mu), atol=1e-5)
    assert logvar.shape == mu.shape


@pytest.mark.slow
def test_random_codes_keep_each_number_and_lose_their_dependence(X, rng):
    model = autoencoder_tf.Autoencoder(latent_dim=8, epochs=30).fit(X)
    z = model.transform(X)
    codes = model.random_codes(20_000, rng)
    np.testing.assert_allclose(codes.mean(axis=0), z.mean(axis=0), atol=0.05 * z.max())
    triangle = np.triu_indices(8, 1)
    drawn = abs(np.corrcoef(codes.T)[triangle])
    assert drawn.max() < 5 / np.sqrt(20_000) < abs(np.corrcoef(z.T)[triangle]).max()
