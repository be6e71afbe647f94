"""The coefficient of determination: how much of the labels' variance the predictions explain."""

from __future__ import annotations

import warnings

from pyseq.core import active_trace, as_tensor, int32
from pyseq.metrics.metric import Metric
from pyseq.ops import elementwise, reduce
from pyseq.ops import shape as shape_ops

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """1 - sum((y_true - y_pred)**2) / sum((y_true - mean(y_true))**2) of each output; 0 where the labels do not vary.

    Args:
        class_aggregation: None: a score for each output; "uniform_average": their mean; "variance_weighted_average": their mean
            weighted by the labels' variance.
        num_regressors: p of the adjusted score, 1 - (1 - R2) (n - 1) / (n - p - 1); 0: not adjusted.
        name, dtype: see `Metric`.
    Source: tf.keras.metrics.R2Score.
    """

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in AGGREGATIONS:
            raise ValueError(
                f"R2Score: `class_aggregation` must be one of {AGGREGATIONS}. "
                f"Received: class_aggregation={class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(
                f"R2Score: `num_regressors` must not be negative. Received: num_regressors={num_regressors}."
            )
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_weight("num_samples", dtype="int32")
        self.built = False

    def build(self, y_true_shape, y_pred_shape):
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2:
            raise ValueError(
                f"{self.name}: `y_true` and `y_pred` must be (batch, outputs). "
                f"Received: y_true.shape={y_true_shape}, y_pred.shape={y_pred_shape}."
            )
        shape = (y_pred_shape[-1],)
        self.squared_sum = self.add_weight("squared_sum", shape=shape)
        self.sum = self.add_weight("sum", shape=shape)
        self.total_mse = self.add_weight("residual", shape=shape)
        self.count = self.add_weight("count", shape=shape)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into the sums.

        Args:
            y_true, y_pred: labels and predictions (N, C).
            sample_weight: None, a number, (N,), or weights that broadcast to (N, C).
        """
        y_true = elementwise.cast(as_tensor(y_true), self._dtype)
        y_pred = elementwise.cast(as_tensor(y_pred), self._dtype)
        self.build_once(y_true.shape, y_pred.shape)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{self.name}: `y_true` and `y_pred` must have one shape, (batch, outputs). "
                f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        weights = elementwise.cast(as_tensor(1.0 if sample_weight is None else sample_weight), self._dtype)
        if len(weights.shape) == 1:
            weights = weights.reshaped((*weights.shape, 1))
        weights = shape_ops.broadcast_to(weights, y_true.shape)
        weighted = elementwise.multiply(y_true, weights)
        error = elementwise.square(elementwise.subtract(y_true, y_pred))
        self.sum.assign_add(reduce.sum(weighted, axis=0))
        self.squared_sum.assign_add(reduce.sum(elementwise.multiply(y_true, weighted), axis=0))
        self.total_mse.assign_add(reduce.sum(elementwise.multiply(error, weights), axis=0))
        self.count.assign_add(reduce.sum(weights, axis=0))
        self.num_samples.assign_add(as_tensor(y_true.size, int32))

    def result(self):
        if not self.built:
            raise ValueError(
                f"{self.name}: has no value yet. Call it or `update_state(y_true, y_pred)` before `result()`."
            )
        total = self.sum.value()
        variance = elementwise.multiply(total, elementwise.divide(total, self.count.value()))
        variance = elementwise.subtract(self.squared_sum.value(), variance)
        score = elementwise.subtract(1.0, elementwise.divide(self.total_mse.value(), variance))
        score = elementwise.where(elementwise.isinf(score), elementwise.zeros_like(score), score)
        if self.class_aggregation == "uniform_average":
            score = reduce.mean(score)
        elif self.class_aggregation is not None:
            score = elementwise.divide(reduce.sum(elementwise.multiply(variance, score)), reduce.sum(variance))
        return self._adjusted(score) if self.num_regressors else score

    def _adjusted(self, score):
        """The score with less for more regressors; as it is where there are not more samples than these and one."""
        n, p = elementwise.cast(self.num_samples.value(), self._dtype), float(self.num_regressors)
        spare = elementwise.subtract(n, p + 1.0)
        if active_trace() is None and not spare.item() > 0:
            warnings.warn(
                f"{self.name}: the score is not adjusted, as there are no more samples than regressors and one. "
                f"Received: {int(n.item())} samples, num_regressors={self.num_regressors}.",
                stacklevel=3,
            )
        left = elementwise.multiply(elementwise.subtract(1.0, score), elementwise.subtract(n, 1.0))
        adjusted = elementwise.subtract(1.0, elementwise.divide(left, spare))
        return elementwise.where(elementwise.greater(spare, 0.0), adjusted, score)

    def get_config(self):
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
