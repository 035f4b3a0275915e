"""The scikit-learn conventions, for every estimator; most tests are of encoders."""

import pickle
import re

import numpy as np
import pytest
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import autoencoder_tf
import vae_numpy
from common import UserError, packages
from tests.conftest import ENCODERS, PACKAGES, packages_of
from tests.helpers import lacking

SMALL = {"latent_dim": 2, "epochs": 1, "hidden": ()}
EPOCHS = 20
ESTIMATORS = {package: packages.estimator(package) for package in PACKAGES}
NOT_APPLICABLE = dict.fromkeys(
    ("check_estimators_overwrite_params", "check_dont_overwrite_parameters"),
    "a Pipeline fits its steps in place, so its parameter `steps` changes",
)
RANGE = (
    "; pixels must lie in [0, 1]: scale all images alike, with MinMaxScaler(clip=True) "
    "for example"
)


def checks(*names):
    """Those of scikit-learn, for packages behind what scales any input."""
    estimators = [ESTIMATORS[name](**SMALL) for name in names]
    pipelines = [make_pipeline(MinMaxScaler(clip=True), e) for e in estimators]
    expected = {"expected_failed_checks": lambda _: NOT_APPLICABLE}
    return parametrize_with_checks(pipelines, **expected)


@checks("vae_numpy")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
@checks("autoencoder_tf", "gan_tf")
def test_scikit_learn_checks_of_other_models(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def X(digits):  # noqa: N802
    return np.divide(digits.train_images[:300], 255, dtype=np.float32)


@pytest.fixture(scope="module", params=ENCODERS)
def fitted(request, X, seed):
    options = {"hidden": (32,), "epochs": EPOCHS, "batch_size": 10}
    options |= {"learning_rate": 0.005, "random_state": seed}
    options["activation"] = ESTIMATORS[request.param].options()["activation"].values[0]
    return ESTIMATORS[request.param](2, **options).fit(X)


@pytest.fixture(scope="module")
def vae(X):
    return vae_numpy.VAE(**SMALL).fit(X)


@pytest.fixture(params=ENCODERS)
def estimator(request):
    return ESTIMATORS[request.param](**SMALL)


def test_shapes_and_types(fitted, X):
    Z = fitted.transform(X)
    assert (Z.shape, Z.dtype) == ((300, 2), np.float32)
    decoded = fitted.inverse_transform(Z)
    assert decoded.shape == (300, 784)
    assert 0 <= decoded.min() < decoded.max() <= 1
    assert fitted.sample(16).shape == (16, 784)
    assert fitted.sample().shape == (1, 784)
    drawn = fitted.decode(Z, draw="sample")
    np.testing.assert_array_equal(drawn, fitted.decode(Z, "sample", random_state=0))
    assert set(np.unique(drawn)) == {0, 1}
    error = np.sqrt((decoded * (1 - decoded)).sum()) / drawn.size
    assert abs((drawn - decoded).mean()) < 5 * error
    scores = fitted.score_samples(X)
    assert scores.shape == (300,)
    assert fitted.score(X) == pytest.approx(scores.mean(), rel=1e-6)
    assert len(fitted.history_) == EPOCHS
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


@pytest.mark.parametrize("laid_out", [np.fliplr, np.asfortranarray])
def test_pixels_may_lie_in_memory_in_any_order(vae, X, laid_out):
    view = laid_out(np.rint(255 * X).astype(np.uint8))
    assert vae.score(view) == vae.score(view.copy(order="C"))


@pytest.mark.compiles
def test_learning_raises_the_score(fitted, X, bounded):
    """Above that of independent pixels with the probabilities of the mean image."""
    p = X.mean(axis=0).clip(0.005, 0.995)
    independent = (X @ np.log(p) + (1 - X) @ np.log(1 - p)).mean()
    assert fitted.history_[-1] > fitted.history_[0]
    # vae_numpy: 23.5 +- 1.1; autoencoder_tf: 32.4 +- 1.1.
    bounded("score", fitted.score(X) - independent, low=17)


def test_reconstruction_decodes_the_code(fitted, X):
    expected = fitted.inverse_transform(fitted.transform(X[:9]))
    np.testing.assert_array_equal(fitted.reconstruct(X[:9]), expected)
    drawn = fitted.reconstruct(X[:9], draw="sample", random_state=0)
    np.testing.assert_array_equal(drawn, fitted.reconstruct(X[:9], draw="sample"))


def test_the_same_seed_gives_the_same_bits(estimator, X, digits, uncompiled):
    """Whether pixels are numbers in [0, 1] or levels of 8 bits."""
    before = X.copy()
    one = clone(estimator).fit(X)
    other = clone(estimator).fit(digits.train_images[:300])
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(one.seen(X.astype(np.float64)), one.seen(X))
    for a, b in zip(one.state().values(), other.state().values(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (one.score_samples(X) == other.score_samples(X)).all()
    assert (one.sample(4) == one.sample(4, random_state=0)).all()
    different = clone(estimator).set_params(random_state=1).fit(X)
    assert (one.transform(X) != different.transform(X)).any()


def test_save_and_load(fitted, X, tmp_path):
    """Whichever framework trained it."""
    fitted.save(tmp_path / "model")
    for twin in packages_of(fitted.name):
        loaded = ESTIMATORS[twin].load(tmp_path / "model")
        same = {"rtol": 0} if type(loaded) is type(fitted) else {"atol": 1e-5}
        np.testing.assert_allclose(loaded.transform(X), fitted.transform(X), **same)
        np.testing.assert_allclose(loaded.sample(9), fitted.sample(9), **same)
        assert loaded.score(X) == pytest.approx(fitted.score(X), rel=1e-6)
        assert loaded.get_params() == fitted.get_params()
    with pytest.raises(UserError, match="exists already"):
        fitted.save(tmp_path / "model")
    with pytest.raises(UserError, match="not a run"):
        type(fitted).load(tmp_path)
    for cls in ESTIMATORS.values():
        if cls.name != fitted.name:
            with pytest.raises(UserError, match=r"a run of .*; use "):
                cls.load(tmp_path / "model")


def test_save_after_an_interruption(tmp_path, monkeypatch, X):
    estimator = vae_numpy.VAE(**SMALL | {"epochs": 5})
    train, calls = estimator.Network.train, []

    def interrupted(*arguments, **named):
        calls.append(train(*arguments, **named))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return calls[-1]

    monkeypatch.setattr(estimator.Network, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X)
    assert len(estimator.history_) == estimator.n_iter_ == 2
    assert np.ptp(estimator.sample(9)) > 0
    for name in ("once", "again"):
        estimator.save(tmp_path / name)
        with np.load(tmp_path / name / "checkpoint.npz") as arrays:
            assert arrays["epoch"] == 2
        loaded = vae_numpy.VAE.load(tmp_path / name)
        np.testing.assert_array_equal(loaded.sample(9), estimator.sample(9))
        estimator = loaded


def test_home_is_home_everywhere(tmp_path, monkeypatch, vae):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    vae.save("~/m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    np.testing.assert_array_equal(vae_numpy.VAE.load("~/m").sample(3), vae.sample(3))


def test_a_pickle_works_and_can_be_saved(fitted, X, tmp_path):
    again = pickle.loads(pickle.dumps(fitted))
    assert type(again) is type(fitted)
    np.testing.assert_array_equal(again.transform(X), fitted.transform(X))
    np.testing.assert_array_equal(again.sample(9), fitted.sample(9))
    again.save(tmp_path / "model")


class Own(vae_numpy.VAE):
    pass


def test_pickles_of_classes_of_ones_own(X):
    own = Own(**SMALL).fit(X)
    again = pickle.loads(pickle.dumps(own))
    assert type(again) is Own
    np.testing.assert_array_equal(again.sample(3), own.sample(3))


FITTED = "transform", "score", "reconstruct"


@pytest.mark.parametrize(
    ("methods", "change", "message"),
    [
        (("fit", *FITTED), lambda X: X * 16, f"X lies in [0, 16]{RANGE}"),
        (("fit", *FITTED), lambda X: X * 255, f"X lies in [0, 255]{RANGE}"),
        (("fit", *FITTED), lambda X: X - 0.5, f"X lies in [-0.5, 0.5]{RANGE}"),
        (("fit", *FITTED), lambda X: np.where(X > 0, np.nan, X), "contains NaN"),
        (FITTED, lambda X: X[:, :700], "700 features, but {} is expecting 784"),
        (["inverse_transform"], lambda X: X[:, :3], "Z has 3 columns; the codes of"),
        (
            ["fit"],
            lambda X: (X > 0.5).astype(np.uint8),
            "X is uint8, so its pixels lie between 0 and 255, but the highest is 1; if "
            "they lie in [0, 1], use X.astype(float)",
        ),
    ],
)
def test_wrong_input_is_refused(fitted, X, methods, change, message):
    message = re.escape(message.format(type(fitted).__name__))
    for name in methods:
        model = clone(fitted) if name == "fit" else fitted
        with pytest.raises(ValueError, match=message):
            getattr(model, name)(change(X[:30]))


@pytest.mark.parametrize("count", [0, -1, 2.5, "3", None])
def test_wrong_counts_are_refused(fitted, X, count):
    with pytest.raises((ValueError, TypeError), match="n_samples"):
        fitted.sample(count)
    if fitted.has_evidence:
        with pytest.raises((ValueError, TypeError), match="samples"):
            fitted.log_evidence(X, count)


@pytest.mark.parametrize("value", [2, 0], ids=["unfitted", "impossible parameter"])
def test_unfitted_use(estimator, X, value):
    estimator.set_params(epochs=value)
    if value == 0:
        with pytest.raises(ValueError, match=r"^epochs must be "):
            estimator.fit(X)
    calls = {"transform": [X], "inverse_transform": [np.zeros((1, 2))], "sample": []}
    for name, arguments in (calls | {"score": [X], "save": ["nowhere"]}).items():
        with pytest.raises(NotFittedError):
            getattr(estimator, name)(*arguments)


def test_static_takes_black_and_white_as_it_is(estimator, X, uncompiled):
    """Gray pixels are refused, by `fit` and by what is fitted."""
    estimator.set_params(binarize="static")
    message = "X has gray pixels, but with binarize='static' each must be 0 or 1: "
    with pytest.raises(ValueError, match=message):
        estimator.fit(X)
    black_and_white = np.float32(X > 0.5)
    estimator.fit(black_and_white)
    assert estimator.settings_.binarize == "static"
    np.testing.assert_array_equal(estimator.seen(black_and_white), black_and_white)
    with pytest.raises(ValueError, match=message):
        estimator.score(X)


@pytest.mark.parametrize("package", ["autoencoder_tf", "vae_numpy"])
def test_pipeline_grid_search_and_pandas(package, X, seed, bounded, uncompiled):
    X = X[:, 300:400]
    estimator = ESTIMATORS[package](2, hidden=(), epochs=20, random_state=seed)
    pipeline = make_pipeline(MinMaxScaler(clip=True), estimator)
    pipeline.set_output(transform="pandas")
    last = pipeline.steps[-1][0]
    search = GridSearchCV(pipeline, {f"{last}__learning_rate": [1e-9, 1e-2]}, cv=2)
    search.fit(X * 16)
    rise = np.diff(search.cv_results_["mean_test_score"])[0]
    bounded("rise", rise, low=0)  # vae_numpy: 2.5 +- 0.3
    assert search.best_params_ == {f"{last}__learning_rate": 1e-2}
    frame = search.best_estimator_.transform(X * 16)
    assert [*frame.columns] == [f"{last}{i}" for i in range(2)]


@pytest.mark.slow
def test_workers_say_nothing_and_compute_the_same(X, capfd):
    """Processes of joblib's: one imports TensorFlow, one Theano."""
    if text := lacking(["vae_theano"]):
        pytest.skip(text)
    X = X[:20, 300:309]
    fitted = [ESTIMATORS[p](**SMALL).fit(X) for p in ("vae_tf", "vae_theano")]
    capfd.readouterr()
    codes = Parallel(2)(delayed(vae.transform)(X) for vae in fitted)
    get_reusable_executor().shutdown()
    waits = r"note: process \d+ compiles in .*; Theano waits for it\n"  # which is true
    assert re.sub(waits, "", "".join(capfd.readouterr())) == ""
    for vae, found in zip(fitted, codes, strict=True):
        np.testing.assert_allclose(found, vae.transform(X), atol=1e-6)


@pytest.mark.compiles
@pytest.mark.parametrize("hidden", [(), (16, 8)])
@pytest.mark.parametrize("trained", ["autoencoder_tf", "vae_numpy"])
def test_keras_models_compute_the_same(trained, hidden, X, tmp_path, uncompiled):
    """Another framework may have trained it; TensorFlow's package makes them."""
    import keras  # after the packages, as it imports JAX, which lets TensorFlow speak

    ESTIMATORS[trained](3, hidden=hidden, epochs=1).fit(X).save(tmp_path / "run")
    twins = [ESTIMATORS[twin] for twin in packages_of(ESTIMATORS[trained].name)]
    (cls,) = (twin for twin in twins if hasattr(twin, "to_keras"))
    model = cls.load(tmp_path / "run")
    codes, z = [*model.encode(X).values()], model.transform(X)
    calls = (model.seen(X), codes), (z, [model.inverse_transform(z)])
    for (argument, expected), network in zip(calls, model.to_keras(), strict=True):
        path = tmp_path / "network.keras"
        network.save(path)
        for ours in (network, keras.models.load_model(path)):
            results = ours.predict(argument, verbose=0)
            results = results if isinstance(results, list) else [results]
            for a, b in zip(results, expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_random_codes_keep_each_number_and_lose_their_dependence(X, rng, seed, bounded):
    model = autoencoder_tf.Autoencoder(8, epochs=30, random_state=seed).fit(X)
    z, codes = model.transform(X), model.random_codes(20_000, rng)
    apart = abs(codes.mean(axis=0) - z.mean(axis=0)) / z.std(axis=0)
    bounded("means", apart.max(), high=0.04)  # 0.014 +- 0.006
    for name, of, bounds in (("drawn", codes, (0, 5)), ("learned", z, (5, np.inf))):
        largest = abs(np.corrcoef(of.T) - np.eye(8)).max()
        # Drawn codes: 2.5 +- 0.5; learned ones: 138 +- 2.
        bounded(name, largest * np.sqrt(20_000), *bounds)
