"""Losses as metrics: the mean over all samples since the last reset."""

from __future__ import annotations

from pyseq import losses
from pyseq.core import as_tensor
from pyseq.losses.shapes import equal_ranks
from pyseq.metrics.metric import Mean, MeanMetricWrapper
from pyseq.ops import elementwise


class MeanSquaredError(MeanMetricWrapper):
    """Mean of `losses.mean_squared_error`."""

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name=name, dtype=dtype)


class RootMeanSquaredError(Mean):
    """Square root of the mean of all squared differences, over every axis."""

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = elementwise.cast(as_tensor(y_true), self._dtype)
        y_true, y_pred = equal_ranks(y_true, elementwise.cast(as_tensor(y_pred), self._dtype))
        error = elementwise.square(elementwise.subtract(y_pred, y_true))
        super().update_state(error, sample_weight=sample_weight)

    def result(self):
        return elementwise.sqrt(super().result())


class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of `losses.mean_absolute_error`."""

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name=name, dtype=dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of `losses.mean_absolute_percentage_error`."""

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name=name, dtype=dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of `losses.mean_squared_logarithmic_error`."""

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name=name, dtype=dtype)


class MeanRelativeError(Mean):
    """Mean of |y_true - y_pred| / normalizer; 0 where the normalizer is 0.

    Args:
        normalizer: values of the shape of the predictions.
    """

    def __init__(self, normalizer, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.normalizer = elementwise.cast(as_tensor(normalizer), self._dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = elementwise.cast(as_tensor(y_true), self._dtype)
        y_true, y_pred = equal_ranks(y_true, elementwise.cast(as_tensor(y_pred), self._dtype))
        if y_pred.shape != y_true.shape:
            raise ValueError(
                f"{self.name}: `y_true` and `y_pred` must have the same shape. "
                f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        error = elementwise.absolute(elementwise.subtract(y_true, y_pred))
        super().update_state(elementwise.divide_no_nan(error, self.normalizer), sample_weight=sample_weight)

    def get_config(self):
        return {**super().get_config(), "normalizer": self.normalizer.tolist()}


class Hinge(MeanMetricWrapper):
    """Mean of `losses.hinge`."""

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.hinge, name=name, dtype=dtype)


class SquaredHinge(MeanMetricWrapper):
    """Mean of `losses.squared_hinge`."""

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.squared_hinge, name=name, dtype=dtype)


class CategoricalHinge(MeanMetricWrapper):
    """Mean of `losses.categorical_hinge`."""

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.categorical_hinge, name=name, dtype=dtype)


class LogCoshError(MeanMetricWrapper):
    """Mean of `losses.log_cosh`."""

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name=name, dtype=dtype)


class Poisson(MeanMetricWrapper):
    """Mean of `losses.poisson`."""

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.poisson, name=name, dtype=dtype)


class KLDivergence(MeanMetricWrapper):
    """Mean of `losses.kl_divergence`."""

    def __init__(self, name="kullback_leibler_divergence", dtype=None):
        super().__init__(losses.kl_divergence, name=name, dtype=dtype)


def cosine_similarity(y_true, y_pred, axis=-1):
    """Cosine of the angle between labels and predictions along `axis`: 1 is the same direction (as a loss it is minus this)."""
    return elementwise.negative(losses.cosine_similarity(y_true, y_pred, axis=axis))


class CosineSimilarity(MeanMetricWrapper):
    """Mean of the cosine of the angle along `axis`; 1 is the same direction."""

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine_similarity, name=name, dtype=dtype, axis=axis)


class BinaryCrossentropy(MeanMetricWrapper):
    """Mean of `losses.binary_crossentropy`."""

    def __init__(self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.binary_crossentropy, name=name, dtype=dtype, **options)


class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean of `losses.categorical_crossentropy`."""

    def __init__(self, name="categorical_crossentropy", dtype=None, from_logits=False, label_smoothing=0, axis=-1):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name=name, dtype=dtype, **options)


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean of `losses.sparse_categorical_crossentropy`; labels `ignore_class` do not count."""

    sparse = True

    def __init__(
        self, name="sparse_categorical_crossentropy", dtype=None, from_logits=False, ignore_class=None, axis=-1
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name=name, dtype=dtype, **options)
