"""Layers that operators and functions on KerasTensors make: `x + y` is a TFOpLambda named `tf.__operators__.add`."""

from __future__ import annotations

from pyseq.core import dispatch
from pyseq.core.structure import map_structure
from pyseq.layers.base import Layer
from pyseq.layers.naming import unique_name
from pyseq.layers.symbolic_call import symbolic_call
from pyseq.ops import elementwise, linalg
from pyseq.ops import shape as shape_ops


class TFOpLambda(Layer):
    """Applies a function of tensors.

    Args:
        function: a function of `pyseq.tf` or `pyseq.backend`, or its name in configurations, such as "math.reduce_mean".
    Operators and functions on symbolic tensors make these layers.
    """

    _keras_module = "keras.src.layers.core.tf_op_layer"  # as tf.keras 2.15 writes it in configurations

    def __init__(self, function, **kwargs):
        symbol = function if isinstance(function, str) else getattr(function, "_symbolic_name", None)
        if symbol is None:
            raise ValueError(
                f"{type(self).__name__}: `function` must be one of pyseq.tf or pyseq.backend. Received: {function!r}. Use a "
                "Lambda layer for one of your own."
            )
        self.symbol = symbol
        dispatch.function_of(symbol)  # raises if there is none
        kwargs.setdefault("autocast", False)
        super().__init__(name=kwargs.pop("name", None) or unique_name(f"tf.{symbol}"), **kwargs)
        self.built = True

    @property
    def function(self):
        """What is applied."""
        return dispatch.function_of(self.symbol)

    def __call__(self, *args, **kwargs):
        if dispatch.is_symbolic((args, kwargs)):
            return symbolic_call(self, args, kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)

    def _prepare_symbolic(self, args, kwargs):
        shapes = map_structure(lambda x: tuple(getattr(x, "shape", ())), args[0] if args else None)
        self._build_input_shape = shapes

    def get_config(self):
        return {**super().get_config(), "function": self.symbol}


class SlicingOpLambda(TFOpLambda):
    """Applies x[key]."""


class AddLoss(Layer):
    """Adds its input to the losses, and gives it back; `model.add_loss(tensor)` makes one.

    Args:
        unconditional: of TensorFlow's older graphs; without effect.
    """

    def __init__(self, unconditional=False, **kwargs):
        kwargs.setdefault("autocast", False)
        super().__init__(**kwargs)
        self.unconditional = unconditional

    def call(self, inputs):
        self.add_loss(inputs)
        return inputs

    def get_config(self):
        return {**super().get_config(), "unconditional": self.unconditional}


class AddMetric(Layer):
    """Shows the mean of its input with the metrics, and gives it back; `model.add_metric(tensor, name=...)` makes one.

    Args:
        aggregation: None or "mean". metric_name: key in the logs.
    """

    def __init__(self, aggregation=None, metric_name=None, **kwargs):
        from pyseq.metrics import Mean

        if aggregation not in (None, "mean"):
            raise ValueError(f'AddMetric: `aggregation` must be None or "mean". Received: aggregation={aggregation!r}.')
        kwargs.setdefault("autocast", False)
        super().__init__(**kwargs)
        self.aggregation = aggregation
        self.metric_name = metric_name
        self._added_metrics = [Mean(name=metric_name)]

    def call(self, inputs):
        self.add_metric(inputs, name=self.metric_name)
        return inputs

    def get_config(self):
        return {**super().get_config(), "aggregation": self.aggregation, "metric_name": self.metric_name}


def _getitem(tensor, slice_spec):
    return shape_ops.getitem(tensor, _with_slices(slice_spec))


def _with_slices(key):
    """The key with slices as Python has them: configurations spell them {"start", "stop", "step"}."""
    if isinstance(key, dict) and set(key) == {"start", "stop", "step"}:
        return slice(key["start"], key["stop"], key["step"])
    if isinstance(key, list) and any(not isinstance(k, (int, bool, list)) for k in key):
        key = tuple(key)
    return tuple(map(_with_slices, key)) if isinstance(key, tuple) else key


def _made(name, args, kwargs):
    slicing = name == "__operators__.getitem"
    return (SlicingOpLambda if slicing else TFOpLambda)(name)(*args, **kwargs)


dispatch.set_maker(_made)


def _function(name, op, unary=False):
    """An operator as it stands in the table: with the argument `name` that TensorFlow's functions have."""
    if unary:

        def function(x, name=None):
            return op(x)
    else:

        def function(x, y, name=None):
            return op(x, y)

    dispatch.TABLE.setdefault(name, function)


for _name, _op in {
    "__operators__.add": elementwise.add, "__operators__.eq": elementwise.equal, "__operators__.ne": elementwise.not_equal,
    "math.subtract": elementwise.subtract, "math.multiply": elementwise.multiply, "math.truediv": elementwise.divide,
    "compat.v1.floor_div": elementwise.floor_divide, "math.floormod": elementwise.mod, "math.pow": elementwise.power,
    "linalg.matmul": linalg.matmul, "math.logical_and": elementwise.logical_and, "math.logical_or": elementwise.logical_or,
    "math.logical_xor": elementwise.logical_xor, "math.less": elementwise.less, "math.less_equal": elementwise.less_equal,
    "math.greater": elementwise.greater, "math.greater_equal": elementwise.greater_equal,
}.items():  # fmt: skip
    _function(_name, _op)
for _name, _op in {
    "math.negative": elementwise.negative, "math.abs": elementwise.absolute, "math.logical_not": elementwise.logical_not,
}.items():  # fmt: skip
    _function(_name, _op, unary=True)
dispatch.TABLE["__operators__.getitem"] = _getitem
