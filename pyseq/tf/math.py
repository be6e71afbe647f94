"""tf.math."""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.core import dispatch
from pyseq.ops import activation, elementwise, reduce


def _unary(op):
    def function(x, name=None):
        return op(x)

    return _named(function, op)


def _binary(op):
    def function(x, y, name=None):
        return op(x, y)

    return _named(function, op)


def _reduction(op):
    def function(input_tensor, axis=None, keepdims=False, name=None):
        return op(input_tensor, axis=axis, keepdims=bool(keepdims))

    return _named(function, op)


def _named(function, op):
    function.__name__ = function.__qualname__ = op.__name__
    function.__doc__ = op.__doc__
    return function


abs = _unary(elementwise.absolute)
ceil = _unary(elementwise.ceil)
cos = _unary(elementwise.cos)
erf = _unary(elementwise.erf)
exp = _unary(elementwise.exp)
floor = _unary(elementwise.floor)
is_finite = _unary(elementwise.isfinite)
is_nan = _unary(elementwise.isnan)
log = _unary(elementwise.log)
log1p = _unary(elementwise.log1p)
logical_not = _unary(elementwise.logical_not)
negative = _unary(elementwise.negative)
reciprocal = _unary(elementwise.reciprocal)
round = _unary(elementwise.round)
rsqrt = _unary(elementwise.rsqrt)
sigmoid = _unary(activation.sigmoid)
sign = _unary(elementwise.sign)
sin = _unary(elementwise.sin)
sqrt = _unary(elementwise.sqrt)
square = _unary(elementwise.square)
tanh = _unary(activation.tanh)

add = _binary(elementwise.add)
divide = _binary(elementwise.divide)
divide_no_nan = _binary(elementwise.divide_no_nan)
equal = _binary(elementwise.equal)
floordiv = _binary(elementwise.floor_divide)
greater = _binary(elementwise.greater)
greater_equal = _binary(elementwise.greater_equal)
less = _binary(elementwise.less)
less_equal = _binary(elementwise.less_equal)
logical_and = _binary(elementwise.logical_and)
logical_or = _binary(elementwise.logical_or)
logical_xor = _binary(elementwise.logical_xor)
maximum = _binary(elementwise.maximum)
minimum = _binary(elementwise.minimum)
mod = floormod = _binary(elementwise.mod)
multiply = _binary(elementwise.multiply)
not_equal = _binary(elementwise.not_equal)
pow = _binary(elementwise.power)
squared_difference = _binary(elementwise.squared_difference)
subtract = _binary(elementwise.subtract)
truediv = divide

reduce_all = _reduction(reduce.all)
reduce_any = _reduction(reduce.any)
reduce_logsumexp = _reduction(reduce.logsumexp)
reduce_max = _reduction(reduce.max)
reduce_mean = _reduction(reduce.mean)
reduce_min = _reduction(reduce.min)
reduce_prod = _reduction(reduce.prod)
reduce_std = _reduction(reduce.std)
reduce_sum = _reduction(reduce.sum)
reduce_variance = _reduction(reduce.var)


def softplus(features, name=None):
    """log(1 + exp(features))."""
    return activation.softplus(features)


def argmax(input, axis=None, output_type="int64", name=None):
    """Position of the largest element along `axis` (0 by default), the first of equal ones."""
    return reduce.argmax(input, axis=0 if axis is None else axis, dtype=output_type)


def argmin(input, axis=None, output_type="int64", name=None):
    """Position of the smallest element along `axis` (0 by default), the first of equal ones."""
    return reduce.argmin(input, axis=0 if axis is None else axis, dtype=output_type)


dispatch.face(globals(), "math")
__getattr__ = _missing(__name__, lambda: list(globals()))
