"""Depthwise convolution: each channel has filters of its own. csrc/conv_depthwise.h."""

from __future__ import annotations

import math
from functools import lru_cache

from pyseq.core import emit, float32, float64, kernels, record, recording
from pyseq.core.errors import invalid
from pyseq.ops import activation as activations
from pyseq.ops import conv as dense_conv
from pyseq.ops import reduce, shape

FORWARD, BACKWARD_X, BACKWARD_KERNEL = kernels(
    "depthwise_conv", "depthwise_conv_backward_x", "depthwise_conv_backward_kernel"
)
CHANNELS = 128  # of a part of the kernel's gradient, as in csrc/conv_depthwise.h
CHUNK, CHUNKS_MAX = 512, 16  # pixels at least; chunks of the kernel's gradient


def depthwise_conv(x, kernel, bias=None, strides=1, padding="valid", dilations=1, activation="linear"):
    """activation(each channel of x * its filters + bias).

    Args:
        x: (N, ..., axes, C), floating point; one to three axes, as the kernel says.
        kernel: (*window, C, M), M filters for each channel. bias: (C * M,) or None.
        strides, padding, dilations, activation: as of ops.conv.conv.
    Returns:
        (N, ..., axes of y, C * M).  vjp: dy -> dx, dkernel, dbias.
    Raises:
        ValueError: shapes that do not fit; a kernel larger than the image; an unknown activation. TypeError: dtypes differ.
    Source: tf.nn.depthwise_conv2d, keras.layers.DepthwiseConv2D.
    """
    who = "depthwise_conv"
    x, kernel, bias, code, attrs = dense_conv._operands(who, x, kernel, bias, activation)
    if x.dtype is not float32 and x.dtype is not float64:
        return dense_conv._wide(depthwise_conv, x, kernel, bias, strides, padding, dilations, activation)
    if len(kernel.shape) < 3 or not x.shape or kernel.shape[-2] != x.shape[-1]:
        raise invalid(
            f"{who}: `kernel` must be (*window, channels of x, multiplier). Received: shapes {x.shape} and {kernel.shape}."
        )
    channels, multiplier = kernel.shape[-2:]
    if multiplier != 1:  # channel c M + m of the repeated x is channel c
        repeated = shape.broadcast_to(shape.expand_dims(x, -1), (*x.shape, multiplier))
        x = shape.reshape(repeated, (*x.shape[:-1], channels * multiplier))
    kernel = shape.reshape(kernel, (*kernel.shape[:-2], 1, channels * multiplier))
    window = dense_conv._window(who, x.shape, kernel.shape, strides, padding, dilations, x.shape[-1])
    dense_conv._check_bias(who, bias, x, x.shape[-1])
    return _forward(x, kernel, window, bias, code, attrs)


@lru_cache(maxsize=4096)
def _plan(head, axes, code=0):
    """(dims, lines, work, chunks, pieces)."""
    n, c = head[0], head[1]
    lines = n * axes[1] * axes[7]
    chunks = max(1, min(CHUNKS_MAX, lines * axes[13] // CHUNK, lines))
    pieces = max(1, -(-c // CHANNELS))
    work = n * c * math.prod(axes[1::6]) * math.prod(axes[2::6])
    return (n, 1, c, 1, code, chunks, pieces, *axes), lines, work, chunks, pieces


def _forward(x, w, window, bias=None, code=0, attrs=()):
    dims, lines, work, _, _ = _plan(window.head, window.axes, code)
    y = emit(FORWARD, (x, w, bias), ((window.y, x.dtype),), dims, attrs, max(lines, 1), work)
    if not recording():
        return y

    def vjp(dy, needs):
        if code:
            dy = activations.activation_backward(dy, y, code, attrs)
        dx = _backward_x(dy, w, window) if needs[0] else None
        dw = _backward_kernel(x, dy, window) if needs[1] else None
        return dx, dw, dense_conv._sum_of_rows(dy) if needs[2] else None

    return record(y, (x, w, bias), vjp)


def _backward_x(dy, w, window):
    dims, _, work, _, _ = _plan(window.head, window.axes)
    lines = window.head[0] * window.axes[0] * window.axes[6]
    dx = emit(BACKWARD_X, (dy, w, None), ((window.x, dy.dtype),), dims, (), max(lines, 1), work)
    if not recording():
        return dx

    def vjp(ddx, needs):
        ddy = _forward(ddx, w, window) if needs[0] else None
        return ddy, _backward_kernel(ddx, dy, window) if needs[1] else None

    return record(dx, (dy, w), vjp)


def _backward_kernel(x, dy, window):
    dims, _, work, chunks, pieces = _plan(window.head, window.axes)
    to = window.kernel if chunks == 1 else (chunks, *window.kernel)
    dw = emit(BACKWARD_KERNEL, (x, dy), ((to, x.dtype),), dims, (), chunks * pieces, work)
    if chunks > 1:
        dw = reduce.sum(dw, 0)
    if not recording():
        return dw

    def vjp(ddw, needs):
        dx = _backward_x(dy, ddw, window) if needs[0] else None
        return dx, _forward(x, ddw, window) if needs[1] else None

    return record(dw, (x, dy), vjp)
