"""F scores: the weighted harmonic mean of precision and recall of each class."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.metrics.metric import Metric
from pyseq.ops import elementwise, reduce

AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """(1 + beta**2) * precision * recall / (beta**2 * precision + recall) of each class.

    Args:
        average: None: a score for each class; "micro": one of all counts; "macro": the mean of the classes' scores;
            "weighted": their mean weighted by the number of labels.
        beta: weight of recall, a float above 0.
        threshold: predictions above it are positive, in (0, 1]; by default the largest of each row is.
        name, dtype: see `Metric`.
    Source: tf.keras.metrics.FBetaScore.
    """

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        who = type(self).__name__
        if average not in AVERAGES:
            raise ValueError(f"{who}: `average` must be one of {AVERAGES}. Received: average={average!r}.")
        if not isinstance(beta, float) or beta <= 0.0:
            raise ValueError(f"{who}: `beta` must be a float above 0. Received: beta={beta!r}.")
        if threshold is not None and not (isinstance(threshold, float) and 0.0 < threshold <= 1.0):
            raise ValueError(f"{who}: `threshold` must be a float in (0, 1]. Received: threshold={threshold!r}.")
        self.average, self.beta, self.threshold = average, beta, threshold
        self.axis = None if average == "micro" else 0
        self.built = False

    def build(self, y_true_shape, y_pred_shape):
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2:
            raise ValueError(
                f"{self.name}: `y_true` and `y_pred` must be (batch, classes). "
                f"Received: y_true.shape={y_true_shape}, y_pred.shape={y_pred_shape}."
            )
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        self.true_positives = self.add_weight("true_positives", shape=shape)
        self.false_positives = self.add_weight("false_positives", shape=shape)
        self.false_negatives = self.add_weight("false_negatives", shape=shape)
        self.intermediate_weights = self.add_weight("intermediate_weights", shape=shape)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into the counts.

        Args:
            y_true: labels, 0 or 1. y_pred: predictions. Both (N, C).
            sample_weight: None, a number, or (N,).
        """
        y_true = elementwise.cast(as_tensor(y_true), self._dtype)
        y_pred = elementwise.cast(as_tensor(y_pred), self._dtype)
        self.build_once(y_true.shape, y_pred.shape)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.name}: `y_true` and `y_pred` must have one shape, (batch, classes). "
                f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        if self.threshold is None:
            largest = elementwise.greater_equal(y_pred, reduce.max(y_pred, axis=-1, keepdims=True))
            positive = elementwise.logical_and(largest, elementwise.greater(elementwise.absolute(y_pred), 1e-9))
        else:
            positive = elementwise.greater(y_pred, self.threshold)
        positive = elementwise.cast(positive, self._dtype)
        if sample_weight is not None:
            sample_weight = elementwise.cast(as_tensor(sample_weight), self._dtype)
            if sample_weight.size not in (1, y_true.shape[0]):
                raise ValueError(
                    f"{self.name}: `sample_weight` must have one weight for each of the {y_true.shape[0]} samples. "
                    f"Received: sample_weight.shape={sample_weight.shape}."
                )
            sample_weight = sample_weight.reshaped((sample_weight.size, 1))

        def take_in(variable, x):
            x = x if sample_weight is None else elementwise.multiply(x, sample_weight)
            variable.assign_add(reduce.sum(x, axis=self.axis))

        take_in(self.true_positives, elementwise.multiply(positive, y_true))
        take_in(self.false_positives, elementwise.multiply(positive, elementwise.subtract(1.0, y_true)))
        take_in(self.false_negatives, elementwise.multiply(elementwise.subtract(1.0, positive), y_true))
        take_in(self.intermediate_weights, y_true)

    def result(self):
        if not self.built:
            raise ValueError(
                f"{self.name}: has no value yet. Call it or `update_state(y_true, y_pred)` before `result()`."
            )
        right, squared = self.true_positives.value(), self.beta * self.beta
        precision = elementwise.divide_no_nan(right, elementwise.add(right, self.false_positives.value()))
        recall = elementwise.divide_no_nan(right, elementwise.add(right, self.false_negatives.value()))
        below = elementwise.add(elementwise.multiply(precision, squared), recall)
        score = elementwise.divide_no_nan(elementwise.multiply(precision, recall), below)
        score = elementwise.multiply(score, 1.0 + squared)
        if self.average == "weighted":
            support = self.intermediate_weights.value()
            share = elementwise.divide_no_nan(support, reduce.sum(support))
            return reduce.sum(elementwise.multiply(score, share))
        return reduce.mean(score) if self.average == "macro" else score

    def get_config(self):
        return {**super().get_config(), "average": self.average, "beta": self.beta, "threshold": self.threshold}


class F1Score(FBetaScore):
    """2 * precision * recall / (precision + recall) of each class.

    Args:
        average, threshold: see `FBetaScore`.
        name, dtype: see `Metric`.
    Source: tf.keras.metrics.F1Score.
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)

    def get_config(self):
        return {k: v for k, v in super().get_config().items() if k != "beta"}
