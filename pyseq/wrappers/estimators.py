"""SKLearnClassifier, SKLearnRegressor and SKLearnTransformer, as Keras 3 has them: a model, or a function of the data that
builds one, as an estimator."""

from __future__ import annotations

import numpy as np

from pyseq.models import Model
from pyseq.utils.extras import needed

_base = needed("sklearn.base", "keras.wrappers.SKLearnClassifier")
_multiclass = needed("sklearn.utils.multiclass", "keras.wrappers.SKLearnClassifier")
_validation = needed("sklearn.utils.validation", "keras.wrappers.SKLearnClassifier")


class _Estimator(_base.BaseEstimator):
    """What the estimators have in common; arguments are described in SKLearnClassifier."""

    def __init__(self, model, warm_start=False, model_kwargs=None, fit_kwargs=None):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_clone__(self):
        # The model is not copied: `fit` does that.
        params = self.get_params(deep=False)
        return type(self)(**{k: dict(v) if k.endswith("_kwargs") and v else v for k, v in params.items()})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        tags.input_tags.three_d_array = True
        return tags

    def _more_tags(self):  # before scikit-learn 1.6
        return {"non_deterministic": True}

    @property
    def epoch_(self):
        """The number of epochs of the last `fit`; 0 before."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def fit(self, X, y, **kwargs):
        """Train a model.

        Args:
            X: samples, two axes or more. y: targets. kwargs: of the model's `fit`.
        Returns:
            The estimator.
        Raises:
            RuntimeError: the model is not compiled with a loss and an optimizer.
        """
        X, y = _checked(self, X, y, multi_output=True)
        y = self._learned_targets(y)
        model = self._new_model(X, y)
        if not getattr(model, "_compiled", None) or not model.loss or not model.optimizer:
            raise RuntimeError(f"{type(self).__name__}: `model` must be compiled with a loss and an optimizer.")
        self.history_ = model.fit(X, y, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _new_model(self, X, y):
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if not isinstance(self.model, Model):
            return self.model(X=X, y=y, **(self.model_kwargs or {}))
        return self.model if self.warm_start else _fresh(self.model)

    def _outputs(self, X):
        _validation.check_is_fitted(self, "model_")
        return self.model_.predict(_checked(self, X, reset=False))

    def _learned_targets(self, y):
        """The targets as the model gets them; remembers what `predict` needs to go back."""
        self._target_axes = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def predict(self, X):
        """The model's outputs; with one axis, if the targets had one."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._target_axes == 1 and outputs.shape[1:] == (1,) else outputs


class SKLearnClassifier(_base.ClassifierMixin, _Estimator):
    """A classifier of a model with one output for each class, trained on one-hot rows.

    Args:
        model: a compiled model, of which each `fit` trains a copy with new weights; or a function that returns one, called with
            X=..., y=... (as the model will get them) and `model_kwargs`.
        warm_start: go on with the model of the last `fit` (the first time: with `model` itself)?
        model_kwargs: dict, arguments for the function.
        fit_kwargs: dict, arguments for the model's `fit`; those given to this `fit` come first.
    Attributes:
        model_: the trained model. history_: the History of the last `fit`. classes_: the labels, sorted.
    Source: keras.wrappers.SKLearnClassifier of Keras 3.
    """

    def predict_proba(self, X):
        """The model's outputs: a probability for each class."""
        return self._outputs(X)

    def predict(self, X):
        """The labels of the classes with the largest outputs."""
        labels = self.classes_[np.argmax(self._outputs(X), axis=-1)]
        return labels if self._target_axes == 1 else labels[:, None]

    def _learned_targets(self, y):
        kind = _multiclass.type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                "SKLearnClassifier: `y` must hold one label for each sample; only binary and multiclass targets are supported. "
                f"Unknown label type: {kind}."
            )
        self._target_axes = y.ndim
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise ValueError("SKLearnClassifier: Classifier can't train when only one class is present.")
        return np.eye(len(self.classes_))[numbers.ravel()]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(_base.RegressorMixin, _Estimator):
    """A regressor of a model. Arguments as of SKLearnClassifier. Source: keras.wrappers.SKLearnRegressor of Keras 3."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(_base.TransformerMixin, _Estimator):
    """A transformer of a model: its outputs are the new features.

    Arguments as of SKLearnClassifier. Source: keras.wrappers.SKLearnTransformer of Keras 3.
    """

    def transform(self, X):
        """The model's outputs."""
        return self._outputs(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags


def _checked(estimator, *arrays, **kwargs):
    """The arrays as scikit-learn wants them: finite numbers, as many targets as samples, the features that `fit` saw."""
    kwargs = {"allow_nd": True, **kwargs}
    if hasattr(_validation, "validate_data"):  # from scikit-learn 1.6 on
        return _validation.validate_data(estimator, *arrays, **kwargs)
    return estimator._validate_data(*arrays, **kwargs)


def _fresh(model):
    """A model like this one, with new weights, compiled alike."""
    fresh = type(model).from_config(model.get_config())
    shape = (model.get_build_config() or {}).get("input_shape")
    if shape is not None and not fresh.built:
        fresh.build(shape)
    if model._compiled:
        fresh.compile(**_alike(model._compile_arguments()))
    return fresh


def _alike(thing):
    """A copy of optimizers, losses and metrics in it; names and functions stay."""
    if isinstance(thing, dict):
        return {k: _alike(v) for k, v in thing.items()}
    if isinstance(thing, (list, tuple)):
        return type(thing)(_alike(v) for v in thing)
    if hasattr(thing, "get_config") and hasattr(type(thing), "from_config"):
        return type(thing).from_config(thing.get_config())
    return thing
