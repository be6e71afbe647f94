"""The activation functions of tf.keras, on tensors and arrays. Formulas: pyseq/ops/activation.py."""

from __future__ import annotations

from pyseq.core import as_tensor, dispatch
from pyseq.ops import activation as ops
from pyseq.ops import softmax as softmax_ops
from pyseq.registry import Registry

_registry = Registry("activation function", "keras.activations")


def linear(x):
    """x itself."""
    return as_tensor(x)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """x from `threshold` on, at most `max_value`; below it alpha * (x - threshold)."""
    if alpha == 0 and max_value is None and threshold == 0:
        return ops.relu(x)
    return ops.relu(x, alpha=alpha, max_value=max_value, threshold=threshold)


def relu6(x):
    """min(max(x, 0), 6)."""
    return relu(x, max_value=6.0)


def leaky_relu(x, alpha=0.2, negative_slope=None):
    """x where x > 0, else alpha * x (Keras 3: `negative_slope`)."""
    return ops.leaky_relu(x, alpha if negative_slope is None else negative_slope)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along `axis` (an int or several); x has at least two axes."""
    x = as_tensor(x)
    if x.ndim < 2:
        raise ValueError(f"softmax: `x` must have at least two axes. Received: x.shape={x.shape}.")
    return softmax_ops.softmax(x, axis)


def log_softmax(x, axis=-1):
    """log(softmax(x)), without the overflow."""
    return softmax_ops.log_softmax(x, axis)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return ops.sigmoid(x)


def tanh(x):
    """Hyperbolic tangent."""
    return ops.tanh(x)


def elu(x, alpha=1.0):
    """x where x > 0, else alpha * (exp(x) - 1)."""
    return ops.elu(x, alpha)


def selu(x):
    """1.0507 * elu(x, 1.6733): keeps mean 0 and variance 1 (Klambauer et al. 2017)."""
    return ops.selu(x)


def softplus(x):
    """log(1 + exp(x))."""
    return ops.softplus(x)


def softsign(x):
    """x / (1 + |x|)."""
    return ops.softsign(x)


def swish(x):
    """x * sigmoid(x)."""
    return ops.swish(x)


def gelu(x, approximate=False):
    """x * P(X <= x) for a standard normal X; `approximate`: its tanh form."""
    return ops.gelu(x, approximate)


def mish(x):
    """x * tanh(softplus(x))."""
    return ops.mish(x)


def exponential(x):
    """exp(x)."""
    return ops.exponential(x)


def hard_sigmoid(x):
    """min(max(0.2 * x + 0.5, 0), 1)."""
    return ops.hard_sigmoid(x)


silu = swish
dispatch.face(globals(), "keras.activations")
for _function, *_aliases in (
    (linear,), (relu,), (relu6,), (leaky_relu,), (softmax,), (log_softmax,), (sigmoid,), (tanh,), (elu,), (selu,),
    (softplus,), (softsign,), (swish, "silu"), (gelu,), (mish,), (exponential, "exp"), (hard_sigmoid,),
):  # fmt: skip
    _registry.add(_function, *_aliases)

# What a dense product or convolution applies in its last write. Not sigmoid: the losses want its argument.
_FUSED = {linear: "linear", relu: "relu", tanh: "tanh", selu: "selu", elu: "elu", exponential: "exponential"}


def fused_name(function):
    """The name by which kernels know this function as a last step, or None."""
    try:
        return _FUSED.get(function)
    except TypeError:  # not hashable, so not one of these
        return None


def get(identifier):
    """Function of a name, a config or a callable; None means `linear`.

    Raises:
        ValueError: unknown name (the closest are listed). TypeError: none of these.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return _registry.get(identifier)
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise TypeError(f"Could not interpret activation function identifier: {identifier}")


def serialize(activation, use_legacy_format=False):
    """Name of a function; config of an object such as a layer."""
    return _registry.serialize(activation, use_legacy_format)


def deserialize(name, custom_objects=None, use_legacy_format=False):
    """Function of what `serialize` gave."""
    if isinstance(name, dict) and name.get("class_name") not in (None, "function"):
        from pyseq import layers

        if hasattr(layers, name["class_name"]):
            return getattr(layers, name["class_name"]).from_config(name.get("config") or {})
    return _registry.deserialize(name, custom_objects)
