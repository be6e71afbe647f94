"""A mean of each element."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.losses.shapes import weights_like
from pyseq.metrics.metric import Metric
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


class MeanTensor(Metric):
    """Weighted mean of each element of tensors of one shape; 0 where all weights are 0.

    Args:
        name, dtype: see `Metric`.
        shape: of the tensors; by default that of the first.
    Source: tf.keras.metrics.MeanTensor.
    """

    def __init__(self, name="mean_tensor", dtype=None, shape=None):
        super().__init__(name=name, dtype=dtype)
        self.built = False
        self.total = self.count = None
        if shape is not None:
            self.build_once(tuple(shape))

    def build(self, shape):
        self.total = self.add_weight("total", shape=shape)
        self.count = self.add_weight("count", shape=shape)

    def update_state(self, values, sample_weight=None):
        """Take a tensor into the mean.

        Args:
            values: always of the same shape.
            sample_weight: None, a number, or weights that broadcast to `values`.
        """
        values = elementwise.cast(as_tensor(values), self._dtype)
        self.build_once(values.shape)
        if values.shape != self.total.shape:
            raise ValueError(
                f"{self.name}: `values` must have the shape of the first, {self.total.shape}. "
                f"Received: values.shape={values.shape}."
            )
        weights = elementwise.ones_like(values)
        if sample_weight is not None:
            weights = weights_like(elementwise.cast(as_tensor(sample_weight), self._dtype), values)
            weights = shape_ops.broadcast_to(weights, values.shape)
            values = elementwise.multiply(values, weights)
        self.total.assign_add(values)
        self.count.assign_add(weights)

    def result(self):
        if not self.built:
            raise ValueError(f"{self.name}: has no value yet. Call it or `update_state(values)` before `result()`.")
        return elementwise.divide_no_nan(self.total.value(), self.count.value())
