"""Models as scikit-learn estimators: alone, in a Pipeline, cross-validated, searched, cloned."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

import pyseq as keras
from pyseq.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from pyseq.wrappers.scikit_learn import KerasClassifier, KerasRegressor

QUICK = {"epochs": 15, "verbose": 0, "batch_size": 16}


def blobs(n=90, classes=3, seed=0):
    r = np.random.default_rng(seed)
    y = np.arange(n) % classes
    return (r.normal(size=(n, 4)) * 0.3 + 2 * np.eye(classes, 4)[y]).astype("float32"), y


def line(n=80):
    x = np.random.default_rng(1).uniform(-1, 1, (n, 2)).astype("float32")
    return x, 3 * x[:, 0] - x[:, 1]


def network(units=8, outputs=3, activation="softmax", loss="sparse_categorical_crossentropy", learning_rate=0.05):
    model = keras.Sequential(
        [keras.layers.Dense(units, "relu", input_shape=(4,)), keras.layers.Dense(outputs, activation)]
    )
    model.compile(keras.optimizers.Adam(learning_rate), loss, metrics=["accuracy"])
    return model


def one_hot_network(units=8):
    return network(units, loss="categorical_crossentropy")


def binary_network():
    return network(outputs=1, activation="sigmoid", loss="binary_crossentropy")


def regression_network(units=8):
    model = keras.Sequential([keras.layers.Dense(units, "relu", input_shape=(2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    return model


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


# ------------------------------------------------------------------------------------------ KerasClassifier, KerasRegressor


@pytest.mark.parametrize("build", [network, one_hot_network])
def test_classifier(build):
    x, y = blobs()
    names = np.array(["ant", "bee", "cow"])[y]
    classifier = KerasClassifier(build, units=12, **QUICK)
    history = classifier.fit(x, names)
    assert isinstance(history, keras.callbacks.History) and len(history.epoch) == 15
    assert classifier.classes_.tolist() == ["ant", "bee", "cow"] and classifier.n_classes_ == 3
    assert classifier.model.layers[0].units == 12
    assert classifier.score(x, names) > 0.95
    assert np.mean(classifier.predict(x) == names) > 0.95
    probabilities = classifier.predict_proba(x, batch_size=7)
    assert probabilities.shape == (90, 3)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)


def test_classifier_of_two_classes():
    x, y = blobs(classes=2)
    classifier = KerasClassifier(binary_network, **QUICK)
    classifier.fit(x, y + 5, sample_weight=np.ones(len(x)))
    assert classifier.predict(x).shape == (90, 1)  # as tf.keras
    assert classifier.predict_proba(x).shape == (90, 2)
    assert np.mean(classifier.predict(x)[:, 0] == y + 5) > 0.95
    assert classifier.score(x, y + 5) > 0.95


def test_classifier_of_one_hot_rows_and_lists():
    x, y = blobs()
    classifier = KerasClassifier(one_hot_network, **QUICK)
    classifier.fit(x.tolist(), keras.utils.to_categorical(y))
    assert classifier.classes_.tolist() == [0, 1, 2]
    assert classifier.score(x.tolist(), keras.utils.to_categorical(y)) > 0.95
    with pytest.raises(ValueError, match=r"`y` must have one or two axes"):
        classifier.fit(x, np.zeros((90, 1, 1)))


def test_regressor():
    x, y = line()
    regressor = KerasRegressor(build_fn=regression_network, **{**QUICK, "epochs": 40})
    regressor.fit(x, y)
    assert regressor.predict(x).shape == (80,)
    assert -0.1 < regressor.score(x, y) < 0
    np.testing.assert_allclose(-np.mean((regressor.predict(x) - y) ** 2), regressor.score(x, y), rtol=1e-4)


def test_subclass_and_object_that_build():
    class Mine(KerasClassifier):
        def __call__(self, units=8):
            return network(units)

    class Builder:
        def __call__(self, units=8):
            return network(units)

    x, y = blobs()
    for estimator in (Mine(units=5, **QUICK), KerasClassifier(Builder(), units=5, **QUICK)):
        estimator.fit(x, y)
        assert estimator.model.layers[0].units == 5


def test_parameters():
    classifier = KerasClassifier(network, units=[4], epochs=2, nb_epoch=3)
    assert classifier.get_params(deep=True) == {"build_fn": network, "units": [4], "epochs": 2, "nb_epoch": 3}
    assert classifier.set_params(units=6, build_fn=one_hot_network) is classifier
    assert classifier.get_params()["units"] == 6 and classifier.build_fn is one_hot_network
    assert classifier.filter_sk_params(keras.Sequential.fit) == {"epochs": 2}
    with pytest.raises(
        ValueError, match=r"KerasClassifier: momentum is not a legal parameter: neither one_hot_network"
    ):
        classifier.set_params(momentum=1)
    with pytest.raises(ValueError, match="batchsize is not a legal parameter"):
        KerasRegressor(network, batchsize=1)
    with pytest.raises(TypeError, match="`build_fn` must be a function"):
        KerasRegressor(3)
    assert repr(KerasRegressor(network, epochs=2)) == "KerasRegressor(build_fn=network, epochs=2)"


@pytest.mark.parametrize("estimator", [KerasClassifier(network, units=[4]), KerasRegressor(network)])
def test_before_fit(estimator):
    copy = clone(estimator)
    assert copy is not estimator and copy.get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    with pytest.raises(NotFittedError):
        estimator.predict(np.zeros((2, 4)))


def test_score_without_accuracy():
    x, y = blobs()

    def build():
        model = network()
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    classifier = KerasClassifier(build, epochs=1, verbose=0)
    classifier.fit(x, y)
    with pytest.raises(ValueError, match=r"metrics=\['accuracy'\]"):
        classifier.score(x, y)


# ------------------------------------------------------------------------------------------ Keras 3's


def dynamic(X, y, units=8, activation="softmax", loss="categorical_crossentropy"):
    outputs = y.shape[1] if y.ndim > 1 else 1
    model = keras.Sequential(
        [keras.layers.Dense(units, "relu", input_shape=X.shape[1:]), keras.layers.Dense(outputs, activation)]
    )
    model.compile(keras.optimizers.Adam(0.05), loss)
    return model


LINEAR = {"activation": None, "loss": "mse"}


def test_sklearn_classifier():
    x, y = blobs()
    names = np.array(["ant", "bee", "cow"])[y]
    classifier = SKLearnClassifier(dynamic, model_kwargs={"units": 12}, fit_kwargs=QUICK)
    assert classifier.fit(x, names, epochs=20) is classifier
    assert classifier.epoch_ == 20 and classifier.fit_kwargs == QUICK
    assert classifier.classes_.tolist() == ["ant", "bee", "cow"] and classifier.n_features_in_ == 4
    assert classifier.model_.layers[0].units == 12
    assert classifier.score(x, names) > 0.95
    assert classifier.predict_proba(x).shape == (90, 3)
    assert classifier.predict(x).shape == (90,)
    assert SKLearnClassifier(dynamic, fit_kwargs=QUICK).fit(x, y[:, None]).predict(x).shape == (90, 1)


@pytest.mark.parametrize("y", [np.zeros(90), np.linspace(0, 1, 90), np.eye(90)[:, :2]])
def test_sklearn_classifier_refuses(y):
    with pytest.raises(ValueError, match="only one class|Unknown label type"):
        SKLearnClassifier(dynamic, fit_kwargs=QUICK).fit(blobs()[0], y)


def test_sklearn_regressor():
    x, y = line()
    regressor = SKLearnRegressor(dynamic, model_kwargs=LINEAR, fit_kwargs={**QUICK, "epochs": 40}).fit(x, y)
    assert regressor.predict(x).shape == (80,)
    assert regressor.score(x, y) > 0.9  # R2
    both = SKLearnRegressor(dynamic, model_kwargs=LINEAR, fit_kwargs=QUICK).fit(x, np.stack([y, -y], 1))
    assert both.predict(x).shape == (80, 2)


def test_sklearn_transformer():
    x, y = blobs()
    transformer = SKLearnTransformer(dynamic, model_kwargs={"activation": "tanh", "loss": "mse"}, fit_kwargs=QUICK)
    features = transformer.fit(x, y[:, None].repeat(2, 1)).transform(x)
    assert features.shape == (90, 2)
    assert transformer.fit_transform(x, y).shape == (90, 1)


def test_a_model_is_copied_with_new_weights_and_its_settings():
    x, y = line()
    model = regression_network()
    model.compile(keras.optimizers.SGD(0.123, momentum=0.5), lambda t, p: (t - p) ** 2, metrics=["mae"])
    before = model.get_weights()
    regressor = SKLearnRegressor(model, fit_kwargs={"epochs": 2, "verbose": 0}).fit(x, y)
    trained = regressor.model_
    assert trained is not model and trained.optimizer is not model.optimizer
    assert trained.optimizer.get_config() == model.optimizer.get_config()
    assert list(regressor.history_.history) == ["loss", "mae"]
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert regressor.fit(x, y).model_ is not trained
    copy = clone(regressor)
    assert copy.model is model and copy.fit_kwargs == regressor.fit_kwargs and not hasattr(copy, "model_")


def test_warm_start():
    x, y = line()
    model = regression_network()
    regressor = SKLearnRegressor(model, warm_start=True, fit_kwargs={"epochs": 3, "verbose": 0}).fit(x, y)
    assert regressor.model_ is model
    first = regressor.history_.history["loss"]
    assert regressor.fit(x, y).model_ is model
    assert regressor.history_.history["loss"][0] < first[-1]


def test_model_that_is_not_compiled():
    with pytest.raises(RuntimeError, match="SKLearnRegressor: `model` must be compiled"):
        SKLearnRegressor(keras.Sequential([keras.layers.Dense(1)])).fit(*line())


def test_features_are_those_of_fit():
    x, y = line()
    regressor = SKLearnRegressor(dynamic, model_kwargs=LINEAR, fit_kwargs=QUICK)
    with pytest.raises(NotFittedError):
        regressor.predict(x)
    with pytest.raises(ValueError, match="features"):
        regressor.fit(x, y).predict(x[:, :1])
    with pytest.raises(ValueError, match="NaN"):
        regressor.fit(x * np.nan, y)


def test_images_for_samples():
    x = np.random.default_rng(0).normal(size=(20, 3, 3)).astype("float32")

    def build(X, y):
        model = keras.Sequential(
            [keras.layers.Flatten(input_shape=X.shape[1:]), keras.layers.Dense(y.shape[1], "softmax")]
        )
        model.compile("adam", "categorical_crossentropy")
        return model

    assert SKLearnClassifier(build, fit_kwargs=QUICK).fit(x, np.arange(20) % 2).predict(x).shape == (20,)


# ------------------------------------------------------------------------------------------ inside scikit-learn

CLASSIFIERS = [KerasClassifier(network, **QUICK), SKLearnClassifier(dynamic, fit_kwargs=QUICK)]
REGRESSORS = [
    KerasRegressor(regression_network, **{**QUICK, "epochs": 40}),
    SKLearnRegressor(dynamic, model_kwargs=LINEAR, fit_kwargs={**QUICK, "epochs": 40}),
]


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_pipeline_and_cross_validation(classifier):
    x, y = blobs()
    assert is_classifier(classifier) and not is_regressor(classifier)
    pipeline = make_pipeline(StandardScaler(), classifier)
    pipeline.fit(x, y)
    assert pipeline.score(x, y) > 0.95 and pipeline.predict(x).shape == (90,)
    assert np.min(cross_val_score(pipeline, x, y, cv=3)) > 0.85
    assert np.min(cross_val_score(classifier, x, y, cv=3, scoring="f1_macro")) > 0.85
    assert np.mean(cross_val_predict(classifier, x, y, cv=3) == y) > 0.85


@pytest.mark.parametrize("regressor", REGRESSORS)
def test_regressors_in_cross_validation(regressor):
    x, y = line()
    assert is_regressor(regressor) and not is_classifier(regressor)
    assert np.min(cross_val_score(regressor, x, y, cv=2, scoring="r2")) > 0.8


def test_two_classes_in_cross_validation():
    x, y = blobs(classes=2)
    estimator = KerasClassifier(binary_network, **QUICK)
    assert np.min(cross_val_score(estimator, x, y, cv=2)) > 0.9
    assert np.min(cross_val_score(estimator, x, y, cv=2, scoring="accuracy")) > 0.9
    assert np.min(cross_val_score(estimator, x, y, cv=2, scoring="roc_auc")) > 0.9


def test_grid_search_of_the_old_kind():
    x, y = blobs()
    search = GridSearchCV(
        KerasClassifier(network, verbose=0), {"units": [1, 8], "epochs": [1, 15], "batch_size": [16]}, cv=2
    )
    search.fit(x, y)
    assert search.best_params_["epochs"] == 15 and search.best_score_ > 0.85
    assert search.best_estimator_.model.layers[0].units == search.best_params_["units"]


def test_grid_search_of_the_new_kind():
    x, y = blobs()
    grid = {"model_kwargs": [{"units": 2}, {"units": 8}], "fit_kwargs": [{"epochs": 1, "verbose": 0}, QUICK]}
    search = GridSearchCV(SKLearnClassifier(dynamic), grid, cv=2).fit(x, y)
    assert search.best_params_["fit_kwargs"] == QUICK and search.best_score_ > 0.85


def test_sample_weights_decide():
    x, y = blobs(60, 2)
    noise = np.concatenate([y, 1 - y])
    weight = np.repeat([1.0, 0.0], 60)
    for classifier in (KerasClassifier(network, outputs=2, **QUICK), SKLearnClassifier(dynamic, fit_kwargs=QUICK)):
        classifier.fit(np.concatenate([x, x]), noise, sample_weight=weight)
        assert np.mean(classifier.predict(x) == y) > 0.95


def test_estimators_that_are_not_fitted_can_be_pickled():
    copy = pickle.loads(pickle.dumps(SKLearnClassifier(dynamic, fit_kwargs=QUICK)))
    assert copy.fit_kwargs == QUICK


def test_without_scikit_learn():
    program = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import pyseq.wrappers.scikit_learn\n"
        "try: pyseq.wrappers.SKLearnClassifier\n"
        "except ImportError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "needs the package scikit-learn. Install it: pip install 'pyseq[sklearn]'" in done.stdout
