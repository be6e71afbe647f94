"""tf.math: elementwise functions here, reductions.py, segments.py and what else is gathered from its neighbours."""

from __future__ import annotations

import numpy as np

from pyseq._faces import missing as _missing
from pyseq.core import as_tensor, dispatch, emit, numpy_kernel
from pyseq.core.errors import invalid
from pyseq.ops import activation, reduce, special
from pyseq.ops import elementwise as e
from pyseq.ops import shape as shape_ops
from pyseq.ops import softmax as softmax_ops
from pyseq.tf._given import tensor_of
from pyseq.tf.linalg import l2_normalize
from pyseq.tf.picking import top_k
from pyseq.tf.reductions import (
    argmax,
    argmin,
    count_nonzero,
    cumprod,
    cumsum,
    cumulative_logsumexp,
    reduce_all,
    reduce_any,
    reduce_euclidean_norm,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_std,
    reduce_sum,
    reduce_variance,
    zero_fraction,
)
from pyseq.tf.segments import (
    bincount,
    confusion_matrix,
    in_top_k,
    invert_permutation,
    segment_max,
    segment_mean,
    segment_min,
    segment_prod,
    segment_sum,
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_prod,
    unsorted_segment_sqrt_n,
    unsorted_segment_sum,
)

__all__ = [
    "abs", "accumulate_n", "acos", "acosh", "add", "add_n", "angle", "argmax", "argmin", "asin", "asinh", "atan", "atan2", "atanh",
    "bincount", "ceil", "confusion_matrix", "conj", "cos", "cosh", "count_nonzero", "cumprod", "cumsum",
    "cumulative_logsumexp", "digamma", "divide", "divide_no_nan", "equal", "erf", "erfc", "erfcinv", "erfinv", "exp", "expm1",
    "floor", "floordiv", "floormod", "greater", "greater_equal", "in_top_k", "invert_permutation", "is_finite", "is_inf",
    "is_nan", "is_non_decreasing", "is_strictly_increasing", "l2_normalize", "lbeta", "less", "less_equal", "lgamma", "log",
    "log1p", "log_sigmoid", "log_softmax", "logical_and", "logical_not", "logical_or", "logical_xor", "maximum", "minimum",
    "mod", "multiply", "multiply_no_nan", "ndtri", "negative", "nextafter", "not_equal", "polygamma", "polyval", "pow", "real",
    "reciprocal", "reciprocal_no_nan", "reduce_all", "reduce_any", "reduce_euclidean_norm", "reduce_logsumexp", "reduce_max",
    "reduce_mean", "reduce_min", "reduce_prod", "reduce_std", "reduce_sum", "reduce_variance", "rint", "round", "rsqrt",
    "scalar_mul", "segment_max", "segment_mean", "segment_min", "segment_prod", "segment_sum", "sigmoid", "sign", "sin", "sinh",
    "softmax", "softplus", "softsign", "sqrt", "square", "squared_difference", "subtract", "tan", "tanh", "top_k", "truediv",
    "unsorted_segment_max", "unsorted_segment_mean", "unsorted_segment_min", "unsorted_segment_prod", "unsorted_segment_sqrt_n",
    "unsorted_segment_sum", "xdivy", "xlog1py", "xlogy", "zero_fraction", "zeta",
]  # fmt: skip


def _function(name, op, *arguments):
    """A function of TensorFlow's name and arguments that calls an op."""
    if arguments == ("x",):

        def function(x, name=None):
            return op(tensor_of(x))

    elif arguments == ("x", "y"):

        def function(x, y, name=None):
            return op(*_pair(x, y))

    elif arguments == ("y", "x"):

        def function(y, x, name=None):
            return op(*_pair(y, x))

    elif arguments == ("a", "x"):

        def function(a, x, name=None):
            return op(*_pair(a, x))

    else:

        def function(x, q, name=None):
            return op(*_pair(x, q))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = op.__doc__
    return function


def _pair(x, y):
    """Plain numbers and lists as TensorFlow makes tensors of them; beside a tensor they take its element type."""
    if not hasattr(x, "dtype") and not hasattr(y, "dtype"):
        x, y = tensor_of(x), tensor_of(y)
        if x.dtype is not y.dtype and x.dtype.is_floating != y.dtype.is_floating:
            x, y = (e.cast(t, x.dtype if x.dtype.is_floating else y.dtype) for t in (x, y))
    return x, y


abs = _function("abs", e.absolute, "x")
acos = _function("acos", e.arccos, "x")
acosh = _function("acosh", e.arccosh, "x")
asin = _function("asin", e.arcsin, "x")
asinh = _function("asinh", e.arcsinh, "x")
atan = _function("atan", e.arctan, "x")
atanh = _function("atanh", e.arctanh, "x")
ceil = _function("ceil", e.ceil, "x")
cos = _function("cos", e.cos, "x")
cosh = _function("cosh", e.cosh, "x")
digamma = _function("digamma", special.digamma, "x")
erf = _function("erf", e.erf, "x")
erfc = _function("erfc", special.erfc, "x")
erfcinv = _function("erfcinv", special.erfcinv, "x")
erfinv = _function("erfinv", special.erfinv, "x")
exp = _function("exp", e.exp, "x")
expm1 = _function("expm1", e.expm1, "x")
floor = _function("floor", e.floor, "x")
is_finite = _function("is_finite", e.isfinite, "x")
is_inf = _function("is_inf", e.isinf, "x")
is_nan = _function("is_nan", e.isnan, "x")
lbeta = _function("lbeta", special.lbeta, "x")
lgamma = _function("lgamma", special.lgamma, "x")
log = _function("log", e.log, "x")
log1p = _function("log1p", e.log1p, "x")
log_sigmoid = _function("log_sigmoid", activation.log_sigmoid, "x")
logical_not = _function("logical_not", e.logical_not, "x")
ndtri = _function("ndtri", special.ndtri, "x")
negative = _function("negative", e.negative, "x")
reciprocal = _function("reciprocal", e.reciprocal, "x")
rint = _function("rint", e.round, "x")
round = _function("round", e.round, "x")
rsqrt = _function("rsqrt", e.rsqrt, "x")
sigmoid = _function("sigmoid", activation.sigmoid, "x")
sign = _function("sign", e.sign, "x")
sin = _function("sin", e.sin, "x")
sinh = _function("sinh", e.sinh, "x")
sqrt = _function("sqrt", e.sqrt, "x")
square = _function("square", e.square, "x")
tan = _function("tan", e.tan, "x")
tanh = _function("tanh", activation.tanh, "x")

add = _function("add", e.add, "x", "y")
atan2 = _function("atan2", e.arctan2, "y", "x")
divide = _function("divide", e.divide, "x", "y")
divide_no_nan = _function("divide_no_nan", e.divide_no_nan, "x", "y")
equal = _function("equal", e.equal, "x", "y")
floordiv = _function("floordiv", e.floor_divide, "x", "y")
floormod = _function("floormod", e.mod, "x", "y")
greater = _function("greater", e.greater, "x", "y")
greater_equal = _function("greater_equal", e.greater_equal, "x", "y")
less = _function("less", e.less, "x", "y")
less_equal = _function("less_equal", e.less_equal, "x", "y")
logical_and = _function("logical_and", e.logical_and, "x", "y")
logical_or = _function("logical_or", e.logical_or, "x", "y")
logical_xor = _function("logical_xor", e.logical_xor, "x", "y")
maximum = _function("maximum", e.maximum, "x", "y")
minimum = _function("minimum", e.minimum, "x", "y")
mod = _function("mod", e.mod, "x", "y")
multiply = _function("multiply", e.multiply, "x", "y")
multiply_no_nan = _function("multiply_no_nan", special.multiply_no_nan, "x", "y")
not_equal = _function("not_equal", e.not_equal, "x", "y")
polygamma = _function("polygamma", special.polygamma, "a", "x")
pow = _function("pow", e.power, "x", "y")
squared_difference = _function("squared_difference", e.squared_difference, "x", "y")
subtract = _function("subtract", e.subtract, "x", "y")
truediv = _function("truediv", e.divide, "x", "y")
xdivy = _function("xdivy", special.xdivy, "x", "y")
xlog1py = _function("xlog1py", special.xlog1py, "x", "y")
xlogy = _function("xlogy", special.xlogy, "x", "y")
zeta = _function("zeta", special.zeta, "x", "q")


def softplus(features, name=None):
    """log(1 + exp(features))."""
    return activation.softplus(tensor_of(features))


def softsign(features, name=None):
    """features / (1 + |features|)."""
    return activation.softsign(tensor_of(features))


def softmax(logits, axis=None, name=None):
    """exp(logits) / sum(exp(logits)) along `axis`, the last by default."""
    return softmax_ops.softmax(tensor_of(logits), -1 if axis is None else axis)


def log_softmax(logits, axis=None, name=None):
    """log(softmax(logits)), without the overflow."""
    return softmax_ops.log_softmax(tensor_of(logits), -1 if axis is None else axis)


def reciprocal_no_nan(x, name=None):
    """1 / x, and 0 where x is 0."""
    x = tensor_of(x)
    return e.divide_no_nan(e.ones_like(x), x)


def scalar_mul(scalar, x, name=None):
    """The tensor times a number."""
    x = tensor_of(x)
    scalar = e.operands("scalar_mul", x, scalar)[1]
    if scalar.shape:
        raise ValueError(f"tf.math.scalar_mul: `scalar` must be a scalar. Received: scalar.shape={scalar.shape}.")
    return e.multiply(scalar, x)


def add_n(inputs, name=None):
    """The sum of tensors of one shape."""
    tensors = shape_ops.same_kind("add_n", inputs if isinstance(inputs, (list, tuple)) else [inputs])
    if len({t.shape for t in tensors}) > 1:
        raise invalid(f"tf.add_n: `inputs` must be of one shape. Received: {[tuple(t.shape) for t in tensors]}.")
    total = tensors[0]
    for t in tensors[1:]:
        total = e.add(total, t)
    return total


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of tensors of one shape, which may be given to be checked, as may their element type."""
    total = add_n(inputs)
    if shape is not None and tuple(shape) != total.shape or tensor_dtype is not None and total.dtype != tensor_dtype:
        raise ValueError(
            f"tf.math.accumulate_n: `inputs` must be of `shape` and `tensor_dtype`. Received: {total.shape}, {total.dtype.name}."
        )
    return total


def polyval(coeffs, x, name=None):
    """coeffs[0] x^(n-1) + .. + coeffs[n-1]; a list of numbers or tensors. 0 without coefficients."""
    if not isinstance(coeffs, list):
        raise ValueError(f"tf.math.polyval: `coeffs` must be a list. Received: {type(coeffs).__name__}.")
    x = tensor_of(x)
    if not coeffs:
        return e.zeros_like(x)
    y = e.operands("polyval", x, coeffs[0])[1]
    for c in coeffs[1:]:
        y = e.add(e.multiply(y, x), c)
    return y


def is_non_decreasing(x, name=None):
    """Is no element of the flat x smaller than the one before?"""
    return _in_order(x, e.greater_equal)


def is_strictly_increasing(x, name=None):
    """Is each element of the flat x larger than the one before?"""
    return _in_order(x, e.greater)


def _in_order(x, compare):
    x = shape_ops.reshape(tensor_of(x), (-1,))
    if x.size < 2:
        return as_tensor(True)
    return reduce.all(compare(x[1:], x[:-1]))


def nextafter(x1, x2, name=None):
    """The next number after x1 on the way to x2."""
    x1, x2 = e.operands("nextafter", x1, x2)

    def fill(inputs, outputs, dims, attrs):
        outputs[0][...] = np.nextafter(*inputs)

    to = e.broadcast_shapes(x1.shape, x2.shape, who="nextafter")
    return emit(numpy_kernel("nextafter", fill), (x1, x2), ((to, x1.dtype),))


def real(input, name=None):
    """The input: there are no complex numbers here."""
    return tensor_of(input)


def conj(x, name=None):
    """The input: there are no complex numbers here."""
    return tensor_of(x)


def angle(input, name=None):
    """0, or pi where the input is negative."""
    x = tensor_of(input)
    return e.where(e.less(x, 0.0), e.multiply(e.ones_like(x), float(np.pi)), e.zeros_like(x))


dispatch.face(globals(), "math")
__getattr__ = _missing(__name__, lambda: __all__)
