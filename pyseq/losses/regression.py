"""Losses of real-valued predictions. Each function takes (N, ..., C) and gives (N, ...)."""

from __future__ import annotations

import math

from pyseq.core.config import epsilon
from pyseq.losses.loss import LossFunctionWrapper
from pyseq.losses.shapes import labels_and_predictions
from pyseq.ops import activation, elementwise, reduce


def mean_squared_error(y_true, y_pred):
    """mean((y_true - y_pred)**2) over the last axis."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    return reduce.mean(elementwise.square(elementwise.subtract(y_pred, y_true)), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """mean(|y_true - y_pred|) over the last axis."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    return reduce.mean(elementwise.absolute(elementwise.subtract(y_pred, y_true)), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    """100 * mean(|y_true - y_pred| / |y_true|) over the last axis; |y_true| is at least epsilon()."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    scale = elementwise.maximum(elementwise.absolute(y_true), epsilon())
    error = elementwise.absolute(elementwise.divide(elementwise.subtract(y_true, y_pred), scale))
    return elementwise.multiply(reduce.mean(error, axis=-1), 100.0)


def mean_squared_logarithmic_error(y_true, y_pred):
    """mean((log(y_true + 1) - log(y_pred + 1))**2) over the last axis; values are at least epsilon()."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    log_pred = elementwise.log(elementwise.add(elementwise.maximum(y_pred, epsilon()), 1.0))
    log_true = elementwise.log(elementwise.add(elementwise.maximum(y_true, epsilon()), 1.0))
    return reduce.mean(elementwise.square(elementwise.subtract(log_pred, log_true)), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    """Mean over the last axis of e**2 / 2 where |e| <= delta, else delta * |e| - delta**2 / 2; e = y_pred - y_true."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    error = elementwise.subtract(y_pred, y_true)
    size = elementwise.absolute(error)
    small = elementwise.multiply(elementwise.square(error), 0.5)
    large = elementwise.subtract(elementwise.multiply(size, float(delta)), 0.5 * delta * delta)
    return reduce.mean(elementwise.where(elementwise.less_equal(size, float(delta)), small, large), axis=-1)


def log_cosh(y_true, y_pred):
    """mean(log(cosh(y_pred - y_true))) over the last axis."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    x = elementwise.subtract(y_pred, y_true)
    # log(cosh(x)) = x + log(1 + exp(-2 x)) - log(2), which does not overflow
    soft = activation.softplus(elementwise.multiply(x, -2.0))
    return reduce.mean(elementwise.subtract(elementwise.add(x, soft), math.log(2.0)), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """Minus the cosine of the angle between labels and predictions along `axis`: -1 is the same direction."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    return elementwise.negative(reduce.sum(elementwise.multiply(_unit(y_true, axis), _unit(y_pred, axis)), axis=axis))


def _unit(x, axis):
    """`x` divided by its length along `axis`; a length under 1e-6 counts as that (tf.math.l2_normalize)."""
    squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
    return elementwise.divide(x, elementwise.sqrt(elementwise.maximum(squares, 1e-12)))


def poisson(y_true, y_pred):
    """mean(y_pred - y_true * log(y_pred + epsilon())) over the last axis."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    log_pred = elementwise.log(elementwise.add(y_pred, epsilon()))
    return reduce.mean(elementwise.subtract(y_pred, elementwise.multiply(y_true, log_pred)), axis=-1)


def kl_divergence(y_true, y_pred):
    """sum(y_true * log(y_true / y_pred)) over the last axis; both clipped to [epsilon(), 1]."""
    y_true, y_pred = labels_and_predictions(y_true, y_pred)
    y_true, y_pred = elementwise.clip(y_true, epsilon(), 1.0), elementwise.clip(y_pred, epsilon(), 1.0)
    return reduce.sum(elementwise.multiply(y_true, elementwise.log(elementwise.divide(y_true, y_pred))), axis=-1)


class MeanSquaredError(LossFunctionWrapper):
    """Mean of the squared differences; see `mean_squared_error` and `Loss`."""

    def __init__(self, reduction="auto", name="mean_squared_error"):
        super().__init__(mean_squared_error, reduction=reduction, name=name)


class MeanAbsoluteError(LossFunctionWrapper):
    """Mean of the absolute differences; see `mean_absolute_error` and `Loss`."""

    def __init__(self, reduction="auto", name="mean_absolute_error"):
        super().__init__(mean_absolute_error, reduction=reduction, name=name)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """Mean of the differences in percent of the labels; see `mean_absolute_percentage_error` and `Loss`."""

    def __init__(self, reduction="auto", name="mean_absolute_percentage_error"):
        super().__init__(mean_absolute_percentage_error, reduction=reduction, name=name)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """Mean of the squared differences of logarithms; see `mean_squared_logarithmic_error` and `Loss`."""

    def __init__(self, reduction="auto", name="mean_squared_logarithmic_error"):
        super().__init__(mean_squared_logarithmic_error, reduction=reduction, name=name)


class Huber(LossFunctionWrapper):
    """Squared for small differences, absolute beyond `delta`; see `huber` and `Loss`."""

    def __init__(self, delta=1.0, reduction="auto", name="huber_loss"):
        super().__init__(huber, reduction=reduction, name=name, delta=delta)


class LogCosh(LossFunctionWrapper):
    """Logarithm of the hyperbolic cosine of the difference; see `log_cosh` and `Loss`."""

    def __init__(self, reduction="auto", name="log_cosh"):
        super().__init__(log_cosh, reduction=reduction, name=name)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle along `axis`; see `cosine_similarity` and `Loss`."""

    def __init__(self, axis=-1, reduction="auto", name="cosine_similarity"):
        super().__init__(cosine_similarity, reduction=reduction, name=name, axis=axis)


class Poisson(LossFunctionWrapper):
    """Negative log likelihood of counts under Poisson rates; see `poisson` and `Loss`."""

    def __init__(self, reduction="auto", name="poisson"):
        super().__init__(poisson, reduction=reduction, name=name)


class KLDivergence(LossFunctionWrapper):
    """Kullback-Leibler divergence of the predicted from the true distribution; see `kl_divergence` and `Loss`."""

    def __init__(self, reduction="auto", name="kl_divergence"):
        super().__init__(kl_divergence, reduction=reduction, name=name)
