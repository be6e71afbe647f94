"""Activation functions: csrc/activation.h has the formulas."""

from __future__ import annotations

import math

from pyseq.core import as_tensor, emit, float32, float64, kernels, record
from pyseq.ops import elementwise as e
from pyseq.ops.broadcasting import CHUNK

ACTIVATION, BACKWARD = kernels("activation", "activation_backward")

# The order is that of csrc/activation.h.
CODES = {
    name: code
    for code, name in enumerate(
        "linear relu sigmoid tanh selu elu leaky_relu softplus softsign swish gelu gelu_tanh exponential hard_sigmoid "
        "general_relu mish".split()
    )
}
# Name -> (code, attrs) of what a product's last write may apply: the gradient is found from the output alone.
FUSED = {
    "linear": (CODES["linear"], ()),
    "relu": (CODES["relu"], ()),
    "tanh": (CODES["tanh"], ()),
    "selu": (CODES["selu"], ()),
    "elu": (CODES["elu"], (1.0,)),
    "exponential": (CODES["exponential"], ()),
    "sigmoid": (CODES["sigmoid"], ()),
}
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _apply(name, x, attrs, from_output, second):
    """y = f(x) with a one-kernel gradient; `second(y or x)` gives f'' and f' where the gradient itself is differentiated.

    from_output: is f' a function of y? Else of x.
    second: s -> (df'/ds, f'(s)), made of ops.
    """
    if x.dtype is not float32 and x.dtype is not float64:
        wide = _apply(name, e.cast(x, float32), attrs, from_output, second)
        return e.cast(wide, x.dtype)
    n, code = x.size, CODES[name]
    y = emit(ACTIVATION, (x,), ((x.shape, x.dtype),), (n, code), attrs, -(-n // CHUNK), 8 * n)

    def vjp(dy, needs):
        return activation_backward(dy, y if from_output else x, code, attrs, second)

    return record(y, (x,), vjp)


def activation_backward(dy, s, code, attrs, second):
    """dy f'(s) in one kernel, differentiable; s is the output or the input, as the activation's gradient wants it."""
    n = s.size
    dx = emit(BACKWARD, (dy, s), ((s.shape, s.dtype),), (n, code), attrs, -(-n // CHUNK), 8 * n)

    def vjp(ddx, needs):
        slope, value = second(s)
        return (
            e.multiply(ddx, value) if needs[0] else None,
            e.multiply(ddx, e.multiply(dy, slope)) if needs[1] else None,
        )

    return record(dx, (dy, s), vjp)


def _mask(condition, like):
    return e.cast(condition, like.dtype)


def _steps(at_or_above, below):
    """second() of a function that is straight on both sides of 0 in s."""

    def second(s):
        positive = _mask(e.greater(s, 0.0), s)
        value = e.add(e.multiply(positive, at_or_above - below), below)
        return e.zeros_like(s), value

    return second


# (df'/ds, f') as functions of y (relu, sigmoid, tanh, selu, elu, leaky_relu, exponential) or of x (the rest).


def _sigmoid_second(y):
    return e.subtract(1.0, e.multiply(y, 2.0)), e.multiply(y, e.subtract(1.0, y))


def _tanh_second(y):
    return e.multiply(y, -2.0), e.subtract(1.0, e.square(y))


def _exponential_second(y):
    return e.ones_like(y), y


def _elu_second(alpha, scale=1.0):
    def second(y):
        below = e.less(y, 0.0) if scale != 1.0 else e.less_equal(y, 0.0)  # at 0 as TensorFlow's two functions
        return _mask(below, y), e.where(below, e.add(y, scale * alpha), e.multiply(e.ones_like(y), scale))

    return second


def _softplus_second(x):
    s = sigmoid(x)
    return e.multiply(s, e.subtract(1.0, s)), s


def _softsign_second(x):
    d = e.add(e.absolute(x), 1.0)
    return e.divide(e.multiply(e.sign(x), -2.0), e.multiply(d, e.square(d))), e.reciprocal(e.square(d))


def _swish_second(x):
    s = sigmoid(x)
    t = e.subtract(1.0, s)
    value = e.multiply(s, e.add(e.multiply(x, t), 1.0))
    slope = e.multiply(e.multiply(s, t), e.add(e.multiply(x, e.subtract(t, s)), 2.0))
    return slope, value


def _density(x):
    return e.multiply(e.exp(e.multiply(e.square(x), -0.5)), 1 / math.sqrt(2 * math.pi))


def _gelu_second(x):
    cdf = e.multiply(e.add(e.erf(e.multiply(x, math.sqrt(0.5))), 1.0), 0.5)
    value = e.add(cdf, e.multiply(x, _density(x)))
    return e.multiply(_density(x), e.subtract(2.0, e.square(x))), value


def _gelu_tanh_second(x):
    c, k = math.sqrt(2 / math.pi), 0.044715
    t = tanh(e.multiply(e.add(x, e.multiply(e.multiply(x, e.square(x)), k)), c))
    u = e.multiply(e.add(e.multiply(e.square(x), 3 * k), 1.0), c)
    du = e.multiply(x, 6 * k * c)
    sech = e.subtract(1.0, e.square(t))
    value = e.add(e.multiply(e.add(t, 1.0), 0.5), e.multiply(e.multiply(x, 0.5), e.multiply(sech, u)))
    inner = e.subtract(du, e.multiply(e.multiply(t, 2.0), e.square(u)))
    slope = e.add(e.multiply(sech, u), e.multiply(e.multiply(x, 0.5), e.multiply(sech, inner)))
    return slope, value


def _hard_sigmoid_second(x):
    inside = _mask(e.less_equal(e.absolute(x), 2.5), x)
    return e.zeros_like(x), e.multiply(inside, 0.2)


def _mish_second(x):
    s = sigmoid(x)
    t = tanh(softplus(x))
    sech = e.subtract(1.0, e.square(t))
    value = e.add(t, e.multiply(x, e.multiply(sech, s)))
    # d/dx [t + x sech s]: twice sech s, and x times the slope of sech s
    inner = e.subtract(e.subtract(1.0, s), e.multiply(e.multiply(t, 2.0), s))
    slope = e.multiply(e.multiply(sech, s), e.add(e.multiply(x, inner), 2.0))
    return slope, value


# Name -> second, for what a product's last write applies.
SECOND = {
    "relu": _steps(1.0, 0.0), "tanh": _tanh_second, "selu": _elu_second(SELU_ALPHA, SELU_SCALE), "elu": _elu_second(1.0),
    "exponential": _exponential_second, "sigmoid": _sigmoid_second, "linear": None,
}  # fmt: skip


def _floating(who, x):
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise TypeError(f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32').")
    return x


def linear(x):
    """x."""
    return as_tensor(x)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """max(x, 0); in general x in (threshold, max_value], alpha (x - threshold) below, max_value above.

    Args:
        alpha: slope below the threshold. max_value: None: no limit. threshold: where the straight part begins.
    """
    x = as_tensor(x)
    if x.dtype.is_integer:
        return _integer_relu(x, alpha, max_value, threshold)
    if not alpha and max_value is None and not threshold:
        return _apply("relu", x, (), True, _steps(1.0, 0.0))
    top = math.inf if max_value is None else float(max_value)
    alpha, threshold = float(alpha), float(threshold)

    def second(s):
        inside = e.logical_and(e.greater(s, threshold), e.less_equal(s, top))
        below = e.less_equal(s, threshold)
        value = e.add(_mask(inside, s), e.multiply(_mask(below, s), alpha))
        return e.zeros_like(s), value

    return _apply("general_relu", x, (alpha, top, threshold), False, second)


def _integer_relu(x, alpha, max_value, threshold):
    if alpha or threshold or max_value is not None and max_value != int(max_value):
        raise TypeError(f"relu: `x` must be floating point with these arguments. Received: dtype={x.dtype.name}.")
    y = e.maximum(x, 0)
    return y if max_value is None else e.minimum(y, int(max_value))


def relu6(x):
    """min(max(x, 0), 6)."""
    return relu(x, max_value=6.0)


def sigmoid(x):
    """1 / (1 + exp(-x)). The output remembers x as `keras_logits`, for the losses."""
    x = _floating("sigmoid", x)
    y = _apply("sigmoid", x, (), True, _sigmoid_second)
    y.keras_logits = x
    return y


def tanh(x):
    """The hyperbolic tangent."""
    return _apply("tanh", _floating("tanh", x), (), True, _tanh_second)


def softplus(x):
    """log(1 + exp(x))."""
    return _apply("softplus", _floating("softplus", x), (), False, _softplus_second)


def softsign(x):
    """x / (1 + |x|)."""
    return _apply("softsign", _floating("softsign", x), (), False, _softsign_second)


def selu(x):
    """1.0507 times (x above 0, 1.6733 (exp(x) - 1) below). Source: Klambauer et al., 2017."""
    return _apply("selu", _floating("selu", x), (), True, _elu_second(SELU_ALPHA, SELU_SCALE))


def elu(x, alpha=1.0):
    """x above 0, alpha (exp(x) - 1) below. Source: Clevert et al., 2016."""
    x, alpha = _floating("elu", x), float(alpha)
    if alpha < 0:  # the sign of y no longer tells that of x
        return e.where(e.greater(x, 0.0), x, e.multiply(e.expm1(e.minimum(x, 0.0)), alpha))
    return _apply("elu", x, (alpha,), True, _elu_second(alpha))


def leaky_relu(x, alpha=0.2):
    """x above 0, alpha x below. Source: Maas et al., 2013."""
    x, alpha = _floating("leaky_relu", x), float(alpha)
    if alpha < 0:
        return e.where(e.greater(x, 0.0), x, e.multiply(x, alpha))
    return _apply("leaky_relu", x, (alpha,), True, _steps(1.0, alpha))


def swish(x):
    """x sigmoid(x). Source: Ramachandran et al., 2017."""
    return _apply("swish", _floating("swish", x), (), False, _swish_second)


silu = swish


def gelu(x, approximate=False):
    """x times the normal distribution function at x; approximate: by a tanh. Source: Hendrycks and Gimpel, 2016."""
    x = _floating("gelu", x)
    if approximate:
        return _apply("gelu_tanh", x, (), False, _gelu_tanh_second)
    return _apply("gelu", x, (), False, _gelu_second)


def exponential(x):
    """e ** x."""
    return _apply("exponential", _floating("exponential", x), (), True, _exponential_second)


def hard_sigmoid(x):
    """0.2 x + 0.5 moved into [0, 1]."""
    return _apply("hard_sigmoid", _floating("hard_sigmoid", x), (), False, _hard_sigmoid_second)


def mish(x):
    """x tanh(softplus(x)). Source: Misra, 2019."""
    return _apply("mish", _floating("mish", x), (), False, _mish_second)


def log_sigmoid(x):
    """log(sigmoid(x)), exact for very negative x."""
    return e.negative(softplus(e.negative(x)))
