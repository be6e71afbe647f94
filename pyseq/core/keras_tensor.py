"""KerasTensor: stands for a tensor of a model that is being described."""

from __future__ import annotations

from collections import namedtuple

from pyseq.core import dispatch
from pyseq.core.tensor_shape import TensorShape
from pyseq.core.texts import as_any_dtype

# Where a KerasTensor comes from: the layer, the number of its node, the place among that node's outputs.
KerasHistory = namedtuple("KerasHistory", ("layer", "node_index", "tensor_index"))

_NO_VALUE = (
    "{}: this is a symbolic input or output of a Keras layer, whose values are not known yet. Received: {!r}. Give the "
    "model data to get values; let a `Lambda` layer, or the `call` of a layer or model of your own, do what a function "
    "of symbolic tensors cannot."
)


class KerasTensor:
    """Stands for a tensor of a model that is being described: shape (None where unknown), dtype and origin.

    Functions and operators on it make layers that will apply them.

    Attributes:
        shape: TensorShape, batch axis first.
        dtype: a DType, or `string`.
        name: for messages.
        _keras_mask: which of its steps count, a KerasTensor without origin; or None.
        values: of a small tensor of integers such as a shape, {extent that stands for None: array}; or None.
    """

    __array_priority__ = 100  # `array + x` is left to x

    def __init__(self, shape, dtype="float32", name=None, values=None):
        self.shape = TensorShape(shape)
        self.dtype = as_any_dtype(dtype)
        self.name = name
        self.values = values
        self._keras_history = None
        self._keras_mask = None

    layer = property(lambda self: self._keras_history.layer)
    node = property(lambda self: self.layer._inbound_nodes[self._keras_history.node_index])

    @property
    def ndim(self):
        return len(self.shape)

    rank = ndim

    @property
    def type_spec(self):
        """Shape and element type as a TensorSpec."""
        from pyseq.data.spec import TensorSpec

        return TensorSpec(self.shape, self.dtype, self.name if self.node.is_input else None)

    def get_shape(self):
        """The shape."""
        return self.shape

    def set_shape(self, shape):
        """Make extents known that were not.

        Raises:
            ValueError: the shapes contradict each other.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(f"Tensor's shape {self.shape} is not compatible with supplied shape {shape}.")
        self.shape = self.shape.merge_with(shape)

    def ref(self):
        """A hashable reference to this tensor."""
        from pyseq.core.engine import Reference

        return Reference(self)

    def __array__(self, dtype=None, copy=None):
        raise TypeError(_NO_VALUE.format("array", self))

    def __len__(self):
        raise TypeError(_NO_VALUE.format("len", self))

    def __bool__(self):
        raise TypeError(_NO_VALUE.format("bool, `if`, `and`, `not`", self))

    def __int__(self):
        raise TypeError(_NO_VALUE.format("int", self))

    def __float__(self):
        raise TypeError(_NO_VALUE.format("float", self))

    def __iter__(self):
        if not self.shape:
            raise TypeError("Cannot iterate over a scalar.")
        if self.shape[0] is None:
            raise TypeError("Cannot iterate over a Tensor with unknown first dimension.")
        return iter([self[k] for k in range(self.shape[0])])

    def __hash__(self):
        raise TypeError(f"Tensors are unhashable (this tensor: {self}). Instead, use tensor.ref() as the key.")

    def __setitem__(self, key, value):
        raise TypeError(f"'KerasTensor' object does not support item assignment. Received: {self!r}.")

    def __getitem__(self, key):
        return dispatch.op_layer("__operators__.getitem", (self, key), {})

    def __eq__(self, other):
        return False if other is None else dispatch.op_layer("__operators__.eq", (self, other), {})

    def __ne__(self, other):
        return True if other is None else dispatch.op_layer("__operators__.ne", (self, other), {})

    def _origin(self):
        return f" (created by layer {self.layer.name!r})" if self._keras_history is not None else ""

    def __repr__(self):
        return f"<KerasTensor: shape={self.shape} dtype={self.dtype.name}{self._origin()}>"

    def __str__(self):
        return (
            f"KerasTensor(type_spec=TensorSpec(shape={self.shape}, dtype=tf.{self.dtype.name}, name=None), name={self.name!r}, "
            f'description="{self._origin()[2:-1]}")'
        )


def _unary(name):
    return lambda self: dispatch.op_layer(name, (self,), {"name": None})


def _binary(name):
    def operator(self, other):
        return dispatch.op_layer(name, (self, other), {"name": None})

    def reflected(self, other):
        other = float(other) if type(other) is int and self.dtype.is_floating else other
        return dispatch.op_layer(name, (other, self), {"name": None})

    return operator, reflected


for _operator, _name in {
    "neg": "math.negative", "abs": "math.abs", "invert": "math.logical_not", "lt": "math.less", "le": "math.less_equal",
    "gt": "math.greater", "ge": "math.greater_equal",
}.items():  # fmt: skip
    _made = _unary(_name) if _operator in ("neg", "abs", "invert") else _binary(_name)[0]
    setattr(KerasTensor, f"__{_operator}__", _made)
for _operator, _name in {
    "add": "__operators__.add", "sub": "math.subtract", "mul": "math.multiply", "truediv": "math.truediv",
    "floordiv": "compat.v1.floor_div", "mod": "math.floormod", "pow": "math.pow", "matmul": "linalg.matmul",
    "and": "math.logical_and", "or": "math.logical_or", "xor": "math.logical_xor",
}.items():  # fmt: skip
    _made, _reflected = _binary(_name)
    setattr(KerasTensor, f"__{_operator}__", _made)
    setattr(KerasTensor, f"__r{_operator}__", _reflected)

dispatch.symbolic_type = KerasTensor
