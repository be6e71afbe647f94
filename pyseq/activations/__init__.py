"""Activation functions, by name or as functions."""

from pyseq.activations.activations import (
    deserialize,
    elu,
    exponential,
    fused_name,
    gelu,
    get,
    hard_sigmoid,
    leaky_relu,
    linear,
    log_softmax,
    mish,
    relu,
    relu6,
    selu,
    serialize,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    tanh,
)

__all__ = [
    "deserialize", "elu", "exponential", "fused_name", "gelu", "get", "hard_sigmoid", "leaky_relu", "linear",
    "log_softmax", "mish", "relu", "relu6", "selu", "serialize", "sigmoid", "silu", "softmax", "softplus", "softsign",
    "swish", "tanh",
]  # fmt: skip
