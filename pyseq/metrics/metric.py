"""The base of all metrics: state in variables, updated by ops so that a plan can trace the update."""

from __future__ import annotations

import threading

import numpy as np

from pyseq.core import Variable, as_dtype, as_tensor
from pyseq.core.config import floatx
from pyseq.layers.naming import snake_case, unique_name
from pyseq.losses.masks import mask_of, masked_weights
from pyseq.losses.shapes import equal_ranks, weights_like
from pyseq.ops import elementwise, reduce
from pyseq.ops import metric as metric_ops

_last = threading.local()  # .call: the result of this thread's last call of a metric, and the metric


def maker_of(result):
    """The metric whose call gave this result just now; or None."""
    made, metric = getattr(_last, "call", (None, None))
    return metric if made is result and metric is not None else None


class Metric:
    """A value that is gathered over batches; the base class to derive from.

    Args:
        name: key in the logs; by default the class name in lower case, with a number if it was given before.
        dtype: of the state and the result; floatx() by default.

    A subclass makes its state in `__init__` with `add_weight`, changes it in `update_state` with `assign` and `assign_add`,
    and computes `result` from it.
    Example:
        >>> class Positives(Metric):
        ...     def __init__(self, name="positives", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.total = self.add_weight(name="total", initializer="zeros")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.total.assign_add(ops.sum(ops.cast(y_true > 0, self.dtype)))
        ...     def result(self):
        ...         return self.total.value()
    Source: tf.keras.metrics.Metric.
    """

    stateful = True
    built = True
    _built_for = None  # shapes that `build` was called with
    _own_name = None  # what it was called before `compile` put the name of an output to it

    def __init__(self, name=None, dtype=None, **kwargs):
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}: unknown arguments {sorted(kwargs)}. A metric takes `name` and `dtype`."
            )
        self._name = name or unique_name(snake_case(type(self).__name__))
        self._dtype = as_dtype(dtype or floatx())
        self._weights: list[Variable] = []

    # ------------------------------------------------------------------------------------------------------- state

    @property
    def name(self) -> str:
        return self._name

    @property
    def dtype(self) -> str:
        """Name of the element type of the state."""
        return self._dtype.name

    def add_weight(self, name=None, shape=(), aggregation=None, synchronization=None, initializer=None, dtype=None):
        """A variable of the state.

        Args:
            name: for messages. shape: tuple of int.
            initializer: name, object or function (shape, dtype) -> value; zeros by default.
            dtype: that of the metric by default.
            aggregation, synchronization: accepted and ignored (TensorFlow's distribution).
        """
        dtype = as_dtype(dtype) if dtype is not None else self._dtype
        shape = tuple(shape)
        if initializer is None or initializer == "zeros":
            value = np.zeros(shape, dtype.numpy)
        else:
            from pyseq import initializers

            value = as_tensor(initializers.get(initializer)(shape, dtype=dtype.name))
        variable = Variable(value, trainable=False, name=f"{name or 'variable'}:0")
        self._weights.append(variable)
        return variable

    add_variable = add_weight

    def build(self, *shapes):
        """Make the state that depends on the shapes of the data; called once, by a metric that has such state."""

    def build_once(self, *shapes):
        """Call `build` the first time."""
        if self._built_for is None:
            made = len(self._weights)
            try:
                self.build(*shapes)
            except BaseException:  # Ctrl-C: what was made would be there twice after the next try
                del self._weights[made:]
                raise
            self._built_for, self.built = shapes, True

    def _build_like(self, other):
        if other._built_for is not None:
            self.build_once(*other._built_for)

    @property
    def variables(self) -> list[Variable]:
        """The state: what `add_weight` made, variables that are attributes, and the state of metrics that are attributes."""
        found = list(self._weights)
        for value in vars(self).values():
            more = [value] if isinstance(value, Variable) else value.variables if isinstance(value, Metric) else []
            found += [v for v in more if not any(v is known for known in found)]
        return found

    @property
    def weights(self) -> list[Variable]:
        return self.variables

    @property
    def non_trainable_weights(self) -> list[Variable]:
        return self.variables

    @property
    def trainable_weights(self) -> list[Variable]:
        return []

    non_trainable_variables, trainable_variables = non_trainable_weights, trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights):
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(
                f"{self.name}.set_weights: `weights` must have {len(variables)} arrays. Received: {len(weights)} arrays."
            )
        for v, value in zip(variables, weights, strict=True):
            v.assign(value)

    # ----------------------------------------------------------------------------------------------------- the work

    def update_state(self, *args, **kwargs):
        """Take a batch into the state."""
        raise NotImplementedError(f"{type(self).__name__}: `update_state` must be defined by the subclass.")

    def result(self):
        """The value of all batches since the last reset; a scalar tensor, or a dict of them."""
        raise NotImplementedError(f"{type(self).__name__}: `result` must be defined by the subclass.")

    def __call__(self, *args, **kwargs):
        """Take a batch into the state; returns the result so far."""
        self.update_state(*args, **kwargs)
        result = self.result()
        _last.call = result, self
        return result

    def reset_state(self):
        """Forget all batches: the state is zeros again."""
        if type(self).reset_states is not Metric.reset_states:  # a subclass that knows the older name alone
            return self.reset_states()
        return self._zero()

    def reset_states(self):
        """`reset_state`, by its older name."""
        return self.reset_state() if type(self).reset_states is Metric.reset_states else self._zero()

    def _zero(self):
        for v in self.variables:
            v.assign(np.zeros(v.shape, v.dtype.numpy))

    def merge_state(self, metrics):
        """Add the state of other metrics of this kind to this one's."""
        for other in metrics:
            if type(other) is type(self):
                self._build_like(other)
            if [v.shape for v in other.variables] != [v.shape for v in self.variables]:
                raise ValueError(f"{self.name}.merge_state: `metrics` must be of the same kind. Received: {other!r}.")
            for mine, its in zip(self.variables, other.variables, strict=True):
                mine.assign_add(its.value())

    # ---------------------------------------------------------------------------------------------------- config

    def get_config(self) -> dict:
        """Arguments that make an equal metric."""
        return {"name": self._own_name or self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        return f"{type(self).__name__}({','.join(f'{k}={v}' for k, v in self.get_config().items())})"


def take_in(values, sample_weight, total, count, reduce_axes):
    """Add weighted values to the variables `total` and `count` (may be None).

    Weights of fewer axes than the values weight what `reduce_axes` (sum or mean) makes of the values' other axes. Weights
    and values may broadcast to each other; then each weight is counted once.
    """
    if sample_weight is None:
        return metric_ops.running_sum(total, values, None, count)
    weights = weights_like(elementwise.cast(as_tensor(sample_weight), values.dtype), values)
    n_axes = len(weights.shape)
    if not n_axes or broadcasts(weights.shape, values.shape):
        return metric_ops.running_sum(total, values, weights, count)
    if n_axes < len(values.shape):
        values = reduce_axes(values, axis=tuple(range(n_axes, len(values.shape))))
    metric_ops.running_sum(total, elementwise.multiply(values, weights))
    if count is not None:
        metric_ops.running_sum(count, weights)


def broadcasts(shape, to) -> bool:
    return len(shape) == len(to) and all(m in (1, n) for m, n in zip(shape, to, strict=True))


class Mean(Metric):
    """Weighted mean of values: sum(values * weights) / sum(weights); 0 before the first.

    Source: tf.keras.metrics.Mean.
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total", initializer="zeros")
        self.count = self.add_weight("count", initializer="zeros")

    def update_state(self, values, sample_weight=None):
        """Take values into the mean.

        Args:
            values: of any shape.
            sample_weight: None, a number, or weights that broadcast to `values`; if they have fewer axes, the means over
                the last axes of `values` are weighted.
        """
        take_in(elementwise.cast(as_tensor(values), self._dtype), sample_weight, self.total, self.count, reduce.mean)

    def result(self):
        return elementwise.divide_no_nan(self.total.value(), self.count.value())


class Sum(Metric):
    """Weighted sum of values.

    Source: tf.keras.metrics.Sum.
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total", initializer="zeros")

    def update_state(self, values, sample_weight=None):
        """Take values into the sum; weights as in `Mean`, but the last axes of `values` are summed."""
        take_in(elementwise.cast(as_tensor(values), self._dtype), sample_weight, self.total, None, reduce.sum)

    def result(self):
        return self.total.value()


class MeanMetricWrapper(Mean):
    """Mean of a function of labels and predictions.

    Args:
        fn: (y_true, y_pred, **kwargs) -> one value for each sample.
        kwargs: arguments for `fn`; they are the metric's configuration.
    Source: tf.keras.metrics.MeanMetricWrapper.
    """

    sparse = False  # are the labels class numbers, which keep their integer type?

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take a batch into the mean.

        Args:
            y_true: labels. y_pred: predictions; a last axis of one element more or less than in the labels is dropped.
            sample_weight: see `Mean`.
        """
        y_true, y_pred = as_tensor(y_true), elementwise.cast(as_tensor(y_pred), self._dtype)
        if not self.sparse:
            y_true = elementwise.cast(y_true, self._dtype)
        y_true, y_pred = equal_ranks(y_true, y_pred)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        if values is None:
            raise ValueError(f"Metric {self.name}: the function must return a tensor. Received: None.")
        values = as_tensor(values)
        super().update_state(values, sample_weight=masked_weights(values, sample_weight, mask_of(values)))

    def get_config(self):
        config = {**super().get_config(), **self._fn_kwargs}
        return {**config, "fn": self._fn} if type(self) is MeanMetricWrapper else config

    @classmethod
    def from_config(cls, config):
        """The metric of a `get_config` dict; "fn" may be the name of a function."""
        if cls is MeanMetricWrapper and isinstance(config.get("fn"), str):
            from pyseq.metrics import get

            config = {**config, "fn": get(config["fn"])}
        return cls(**config)
