"""Activation functions and their gradients. Formulas, kinks and what the gradient is computed from: csrc/activation.h.

The gradient of each is one kernel, itself an op: its own gradient is the same kernel again (in dy) and, in what the slope
is computed from, the derivative of the slope made of ops. So derivatives of any order exist.
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, float32, float64, kernels, record
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops.broadcasting import CHUNK

ACTIVATION, ACTIVATION_BACKWARD = kernels("activation", "activation_backward")

# The order is that of csrc/activation.h.
CODES = {
    name: code
    for code, name in enumerate(
        "linear relu sigmoid tanh selu elu leaky_relu softplus softsign swish gelu gelu_tanh exponential hard_sigmoid "
        "general_relu mish log_sigmoid".split()
    )
}
# Name -> (code, attrs) with default arguments: what a product or convolution may apply in its last write.
ACTIVATIONS = {name: (code, ()) for name, code in CODES.items() if name != "general_relu"}
ACTIVATIONS["elu"] = (CODES["elu"], (1.0,))
ACTIVATIONS["leaky_relu"] = (CODES["leaky_relu"], (0.2,))
ACTIVATIONS["relu6"] = (CODES["general_relu"], (0.0, 0.0, 0.0, 6.0, float(np.nextafter(np.float32(6), np.float32(0)))))
ACTIVATIONS["silu"] = ACTIVATIONS["swish"]
# What dense fuses: the slope of these is computed from the output, so that the input need not be kept.
FUSED = {name: ACTIVATIONS[name] for name in "linear relu sigmoid tanh selu elu leaky_relu exponential".split()}
FROM_OUTPUT = frozenset(code for code, _ in FUSED.values())

WORK = [4 if name in ("linear", "relu", "leaky_relu", "general_relu", "hard_sigmoid") else 16 for name in CODES]


def _apply(code, attrs, x):
    dtype = x.dtype
    if dtype is not float32 and dtype is not float64:
        return e.cast(_apply(code, attrs, e.cast(x, float32)), dtype)
    n = x.size
    y = emit(ACTIVATION, (x,), ((x.shape, dtype),), (n, code), attrs, -(-n // CHUNK), n * WORK[code])

    def vjp(dy, needs):
        return activation_backward(dy, y if code in FROM_OUTPUT else x, code, attrs)

    return record(y, (x,), vjp)


def activation_backward(dy, s, code, attrs=()):
    """dx = dy f'(x).

    Args:
        dy: float32 or float64.
        s: the output of the activation if `code` is in FROM_OUTPUT, else its input; dtype and shape of dy.
        code, attrs: as in ACTIVATIONS.
    """
    n = s.size
    dx = emit(ACTIVATION_BACKWARD, (dy, s), ((s.shape, s.dtype),), (n, code), attrs, -(-n // CHUNK), n * WORK[code])

    def vjp(ddx, needs):
        ddy = activation_backward(ddx, s, code, attrs) if needs[0] else None
        slope = DERIVATIVES.get(code) if needs[1] else None
        return ddy, None if slope is None else e.multiply(e.multiply(ddx, dy), slope(s))

    return record(dx, (dy, s), vjp)


# ------------------------------------------------------------------------------------------- derivatives of the slopes

# For the activations that are not straight lines: d f' / ds where f' is a function of s, the output or the input.


def _of_elu(y):
    return e.cast(e.less(y, 0.0), y.dtype)


def _of_softplus(x):
    s = sigmoid(x)
    return e.multiply(s, e.subtract(1.0, s))


def _of_softsign(x):
    d = e.add(e.absolute(x), 1.0)
    return e.divide(e.multiply(e.sign(x), -2.0), e.multiply(d, e.square(d)))


def _of_swish(x):
    s = sigmoid(x)
    t = e.subtract(1.0, s)
    return e.multiply(e.multiply(s, t), e.add(e.multiply(x, e.subtract(t, s)), 2.0))


def _of_gelu(x):
    squared = e.square(x)
    density = e.multiply(e.exp(e.multiply(squared, -0.5)), 1 / math.sqrt(2 * math.pi))
    return e.multiply(density, e.subtract(2.0, squared))


def _of_gelu_tanh(x):
    # u = c (x + k x^3), t = tanh u;  f' = (1 + t) / 2 + x (1 - t^2) u' / 2
    c, k = math.sqrt(2 / math.pi), 0.044715
    squared = e.square(x)
    t = tanh(e.multiply(e.multiply(x, e.add(e.multiply(squared, k), 1.0)), c))
    du = e.multiply(e.add(e.multiply(squared, 3 * k), 1.0), c)
    ddu = e.multiply(x, 6 * k * c)
    inner = e.subtract(ddu, e.multiply(e.multiply(t, 2.0), e.square(du)))
    return e.multiply(e.subtract(1.0, e.square(t)), e.add(du, e.multiply(e.multiply(x, 0.5), inner)))


def _of_mish(x):
    # t = tanh(softplus x), s = sigmoid x;  f' = t + x (1 - t^2) s
    s, t = sigmoid(x), tanh(softplus(x))
    inner = e.subtract(e.subtract(1.0, s), e.multiply(e.multiply(t, 2.0), s))
    slope = e.multiply(s, e.subtract(1.0, e.square(t)))
    return e.multiply(slope, e.add(e.multiply(x, inner), 2.0))


DERIVATIVES = {
    CODES[name]: derivative
    for name, derivative in {
        "sigmoid": lambda y: e.subtract(1.0, e.multiply(y, 2.0)),
        "tanh": lambda y: e.multiply(y, -2.0),
        "selu": _of_elu,
        "elu": _of_elu,
        "exponential": lambda y: e.ones_like(y),
        "softplus": _of_softplus,
        "softsign": _of_softsign,
        "swish": _of_swish,
        "gelu": _of_gelu,
        "gelu_tanh": _of_gelu_tanh,
        "mish": _of_mish,
        "log_sigmoid": lambda x: e.negative(_of_softplus(x)),
    }.items()
}


# ---------------------------------------------------------------------------------------------- the functions

LINEAR, RELU, SIGMOID, TANH, SELU, ELU, LEAKY_RELU, SOFTPLUS, SOFTSIGN, SWISH, GELU, GELU_TANH = range(12)
EXPONENTIAL, HARD_SIGMOID, GENERAL_RELU, MISH, LOG_SIGMOID = range(12, 17)


def _floating(who, x):
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    return x


def linear(x):
    """x itself."""
    return as_tensor(x)


def relu(x, alpha=0.0, max_value=None, threshold=0.0, negative_slope=None):
    """max(x, 0); in general x above `threshold`, at most `max_value`, and alpha (x - threshold) below.

    Args:
        x: any shape, a number type.
        alpha: slope below the threshold; Keras 3 calls it `negative_slope`. max_value: None is no limit.
        threshold: above which the slope is 1.
    Returns:
        y: shape and dtype of x.  vjp: 0 at the threshold, but alpha with no other argument; 1 at max_value, but 0 for the
        plain relu6.
    Raises:
        ValueError: a negative max_value. TypeError: integers with other than whole arguments; but alpha alone makes float32.
    Source: tf.keras.activations.relu.
    """
    x = as_tensor(x)
    alpha = alpha if negative_slope is None else negative_slope
    if not alpha and max_value is None and not threshold and x.dtype.is_floating:
        return _apply(RELU, (), x)
    alpha, threshold = float(alpha), float(threshold)
    if max_value is not None and max_value < 0:
        raise invalid(f"relu: `max_value` must be at least 0. Received: max_value={max_value}.")
    if not x.dtype.is_floating:
        return _integer_relu(x, alpha, max_value, threshold)
    if max_value is None:
        if threshold == 0 and alpha >= 0:
            return _apply(LEAKY_RELU, (alpha,), x)
        return _apply(GENERAL_RELU, (alpha, threshold, -math.inf, math.inf, math.inf), x)
    top = last = float(max_value)
    if top == 6 and threshold == 0:
        last = float(np.nextafter(x.dtype.numpy.type(6), x.dtype.numpy.type(0)))
    return _apply(GENERAL_RELU, (alpha, threshold, 0.0, top, last), x)


def _float_of_integer(x):
    x = as_tensor(x)
    return e.cast(x, float32) if x.dtype.is_integer else x


def _integer_relu(x, alpha, max_value, threshold):
    whole = not threshold % 1 and (max_value is None or not max_value % 1)
    if x.dtype.is_bool or not whole or alpha and (threshold or max_value is not None):
        raise invalid_type(
            f"relu: `x` must be floating point with these arguments. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    if alpha:
        return leaky_relu(x, alpha)
    y = e.where(e.greater(x, max(int(threshold), x.dtype.min)), x, 0)
    return y if max_value is None else e.clip(y, 0, int(max_value))


def relu6(x):
    """min(max(x, 0), 6).  vjp: 0 at 0 and at 6."""
    return relu(x, max_value=6.0)


def leaky_relu(x, alpha=0.2, negative_slope=None):
    """x above 0, alpha x below; float32 of integers.  vjp: alpha at 0. Source: Maas et al., 2013."""
    alpha = float(alpha if negative_slope is None else negative_slope)
    x = _floating("leaky_relu", _float_of_integer(x))
    if alpha < 0:  # the sign of y does not tell that of x
        return _apply(GENERAL_RELU, (alpha, 0.0, -math.inf, math.inf, math.inf), x)
    return _apply(LEAKY_RELU, (alpha,), x)


def sigmoid(x):
    """1 / (1 + exp(-x)). The output remembers x as `keras_logits`, for the losses."""
    x = _floating("sigmoid", x)
    y = _apply(SIGMOID, (), x)
    y.keras_logits = x
    return y


def tanh(x):
    """The hyperbolic tangent."""
    return _apply(TANH, (), _floating("tanh", x))


def softplus(x):
    """log(1 + exp(x))."""
    return _apply(SOFTPLUS, (), _floating("softplus", x))


def softsign(x):
    """x / (1 + |x|)."""
    return _apply(SOFTSIGN, (), _floating("softsign", x))


def selu(x):
    """1.0507 times (x above 0, 1.6733 (exp(x) - 1) below). Source: Klambauer et al., 2017."""
    return _apply(SELU, (), _floating("selu", x))


def elu(x, alpha=1.0):
    """x above 0, alpha (exp(x) - 1) below.  vjp: alpha at 0. Source: Clevert et al., 2016."""
    x, alpha = _floating("elu", x), float(alpha)
    if alpha < 0:  # the sign of y does not tell that of x
        y = elu(x)
        return e.where(e.greater(x, 0.0), y, e.multiply(y, alpha))
    return _apply(ELU, (alpha,), x)


def swish(x):
    """x sigmoid(x). Source: Ramachandran et al., 2017."""
    return _apply(SWISH, (), _floating("swish", x))


silu = swish


def gelu(x, approximate=False):
    """x times the normal distribution function at x; `approximate`: by a tanh. Source: Hendrycks and Gimpel, 2016."""
    return _apply(GELU_TANH if approximate else GELU, (), _floating("gelu", x))


def exponential(x):
    """e ** x."""
    return _apply(EXPONENTIAL, (), _floating("exponential", x))


def hard_sigmoid(x):
    """0.2 x + 0.5 moved into [0, 1].  vjp: 0.2 at both ends. Source: tf.keras.activations.hard_sigmoid of 2.15."""
    return _apply(HARD_SIGMOID, (), _floating("hard_sigmoid", x))


def mish(x):
    """x tanh(softplus(x)). Source: Misra, 2019."""
    return _apply(MISH, (), _floating("mish", x))


def log_sigmoid(x):
    """log(sigmoid(x)), exact for very negative x."""
    return _apply(LOG_SIGMOID, (), _floating("log_sigmoid", x))
