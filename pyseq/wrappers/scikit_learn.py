"""KerasClassifier and KerasRegressor, as tf.keras had them up to 2.11: a function that builds a model, as an estimator.

from pyseq.wrappers.scikit_learn import KerasClassifier
search = GridSearchCV(KerasClassifier(build_fn, epochs=20), {"units": [8, 16], "batch_size": [16, 32]})
"""

from __future__ import annotations

import inspect

import numpy as np

from pyseq.models import Sequential
from pyseq.utils.extras import needed
from pyseq.utils.np_utils import to_categorical


class BaseWrapper:
    """A function that builds a compiled model, as a scikit-learn estimator.

    Args:
        build_fn: function, or object with `__call__`, that returns a compiled model; None in a subclass that defines `__call__`.
        sk_params: arguments of `build_fn`, and of the model's `fit`, `predict`, `evaluate`. Those given to a method come first.
    Attributes:
        model: the model, after `fit`.
    """

    def __init__(self, build_fn=None, **sk_params):
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def check_params(self, params):
        """Every name must be an argument of `build_fn` or of one of the model's methods.

        Raises:
            ValueError: one is not.
        """
        build = self._build_function()
        functions = (Sequential.fit, Sequential.predict, Sequential.predict_classes, Sequential.evaluate, build)
        for name in params:
            if name != "nb_epoch" and not any(_takes(function, name) for function in functions):
                raise ValueError(
                    f"{type(self).__name__}: {name} is not a legal parameter: neither {_name(build)} nor the model's `fit`, "
                    "`predict` or `evaluate` has an argument of this name."
                )

    def get_params(self, **params):
        """{"build_fn": the function, **sk_params}. `params`: not used, for scikit-learn's sake."""
        del params
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params):
        """Set some of the parameters; returns the estimator."""
        params = dict(params)
        build_fn, self.build_fn = self.build_fn, params.pop("build_fn", self.build_fn)
        try:
            self.check_params(params)
        except ValueError:
            self.build_fn = build_fn
            raise
        self.sk_params.update(params)
        return self

    def fit(self, x, y, **kwargs):
        """Build a new model and train it.

        Args:
            x, y: samples and targets. kwargs: of the model's `fit`.
        Returns:
            History.
        """
        build = self._build_function()
        self.model = build(**self.filter_sk_params(build))
        arguments = {**self.filter_sk_params(Sequential.fit), **kwargs}
        if "nb_epoch" in self.sk_params:
            arguments.setdefault("epochs", self.sk_params["nb_epoch"])
        return self.model.fit(_array(x), self._targets(y), **arguments)

    def filter_sk_params(self, fn, override=None):
        """Those of `sk_params` that are arguments of a function, and `override`."""
        return {**{k: v for k, v in self.sk_params.items() if _takes(fn, k)}, **(override or {})}

    def _build_function(self):
        build = self if self.build_fn is None else self.build_fn
        if not callable(build):
            raise TypeError(
                f"{type(self).__name__}: `build_fn` must be a function that returns a compiled model. Received: build_fn={build!r}."
            )
        return build

    def _targets(self, y):
        """What the model is trained with: one-hot rows, if its loss wants them."""
        y = np.asarray(y)
        loss = getattr(self.model, "loss", None)
        loss = getattr(loss, "__name__", None) or getattr(loss, "name", None) or loss
        return to_categorical(y) if loss == "categorical_crossentropy" and y.ndim != 2 else y

    def _fitted_model(self):
        if not hasattr(self, "model"):
            error = needed("sklearn.exceptions", type(self).__name__).NotFittedError
            raise error(f"{type(self).__name__}: this estimator is not fitted yet. Call `fit` first.")
        return self.model

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model")

    def __sklearn_tags__(self):
        utils = needed("sklearn.utils", type(self).__name__)
        tags = utils.Tags(
            estimator_type=self._estimator_type,
            target_tags=utils.TargetTags(required=True),
            classifier_tags=utils.ClassifierTags() if self._estimator_type == "classifier" else None,
            regressor_tags=utils.RegressorTags() if self._estimator_type == "regressor" else None,
        )
        tags.non_deterministic = True
        return tags

    def __repr__(self):
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.sk_params.items())
        return f"{type(self).__name__}(build_fn={_name(self.build_fn)}{', ' if arguments else ''}{arguments})"


class KerasClassifier(BaseWrapper):
    """A classifier of a function that builds a model with one output for each class, or one for two classes.

    Attributes:
        classes_: the labels, sorted. n_classes_: how many.
    The rest as of BaseWrapper. Source: tf.keras.wrappers.scikit_learn.KerasClassifier.
    """

    _estimator_type = "classifier"

    def fit(self, x, y, **kwargs):
        """Build a new model and train it.

        Args:
            x: samples. y: labels (N,) or (N, 1), or one-hot rows. kwargs: of the model's `fit`.
        Returns:
            History.
        """
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or y.ndim == 2:
            self.classes_, y = np.unique(y), np.searchsorted(np.unique(y), y)
        else:
            raise ValueError(f"KerasClassifier.fit: `y` must have one or two axes. Received: y.shape={y.shape}.")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """The labels of samples: (N,), or (N, 1) if the model has one output, as in tf.keras. `kwargs`: of the model's `predict`."""
        outputs = self._outputs(x, Sequential.predict_classes, kwargs)
        several = outputs.shape[-1] > 1
        return self.classes_[outputs.argmax(axis=-1) if several else (outputs > 0.5).astype("int32")]

    def predict_proba(self, x, **kwargs):
        """The probabilities of the classes, (N, classes). `kwargs`: of the model's `predict`."""
        outputs = self._outputs(x, Sequential.predict_proba, kwargs)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def _outputs(self, x, function, kwargs):
        return self._fitted_model().predict(_array(x), **self.filter_sk_params(function, kwargs))

    def score(self, x, y, **kwargs):
        """The mean accuracy. `kwargs`: of the model's `evaluate`.

        Raises:
            ValueError: the model was compiled without metrics=["accuracy"].
        """
        model = self._fitted_model()
        y = np.asarray(y)
        if y.ndim != 2 or y.shape[1] == 1:
            y = self._targets(np.searchsorted(self.classes_, y))
        values = model.evaluate(_array(x), y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        for name, value in zip(model.metrics_names, values if isinstance(values, list) else [values], strict=False):
            if name in ("accuracy", "acc"):
                return value
        raise ValueError(
            "KerasClassifier.score: the model has no accuracy. Compile it with metrics=['accuracy'] in `build_fn`."
        )


class KerasRegressor(BaseWrapper):
    """A regressor of a function that builds a model. Source: tf.keras.wrappers.scikit_learn.KerasRegressor."""

    _estimator_type = "regressor"

    def predict(self, x, **kwargs):
        """The predictions for samples, without axes of one element. `kwargs`: of the model's `predict`."""
        model = self._fitted_model()
        return np.squeeze(model.predict(_array(x), **self.filter_sk_params(Sequential.predict, kwargs)))

    def score(self, x, y, **kwargs):
        """The loss, negated: the larger, the better. `kwargs`: of the model's `evaluate`."""
        model = self._fitted_model()
        values = model.evaluate(_array(x), np.asarray(y), **self.filter_sk_params(Sequential.evaluate, kwargs))
        return -(values[0] if isinstance(values, list) else values)


def _array(x):
    """Lists of rows as an array; what a model takes stays."""
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def _takes(function, name):
    """Does a function have an argument of this name?"""
    parameter = inspect.signature(function).parameters.get(name)
    return parameter is not None and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)


def _name(function):
    return getattr(function, "__name__", type(function).__name__)
