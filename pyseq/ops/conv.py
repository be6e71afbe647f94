"""Convolutions of one to three axes, channels last, and their gradients: csrc/conv.h, csrc/conv_depthwise.h.

conv, conv_backward_x and conv_backward_kernel are linear in both of their operands, so each one's gradients are the other two:
derivatives of every order.
"""

from __future__ import annotations

import math
from functools import lru_cache

from pyseq.core import Tensor, Variable, as_tensor, emit, float32, float64, kernels, record, recording
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import activation as activations
from pyseq.ops import conv_winograd as winograd
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, shape
from pyseq.ops.check import is_integer

CONV, CONV_BACKWARD_X, CONV_BACKWARD_KERNEL, CONV_TURN_KERNEL = kernels(
    "conv", "conv_backward_x", "conv_backward_kernel", "conv_turn_kernel"
)
ROWS, COLUMNS, KERNEL_ROWS = 48, 16, 64  # of a part, as in csrc/conv.pyx
CHUNK, CHUNKS_MAX, CHUNKS_SIZE = 1024, 16, 2**18  # pixels; chunks of dW; elements of all of them
BY_ROWS, BY_COLUMNS = 0, 1


# ------------------------------------------------------------------------------------------------ the window's arithmetic


def per_axis(who, name, value, rank):
    """`value` as a tuple of `rank` positive ints; one number is for all axes."""
    if type(value) is int and value > 0:
        return (value,) * rank
    if type(value) is tuple and len(value) == rank and set(map(type, value)) == {int} and min(value) > 0:
        return value
    values = (value,) * rank if is_integer(value) else tuple(value) if hasattr(value, "__len__") else ()
    if len(values) == 1:
        values *= rank
    if len(values) != rank or any(not is_integer(v) or int(v) < 1 for v in values):
        raise invalid(f"{who}: `{name}` must be a positive integer or {rank} of them. Received: {name}={value}.")
    return tuple(map(int, values))


def paddings(who, padding, x, kernel, strides, dilations):
    """((before, after), ...) of each axis for extents `x` and `kernel`: "valid", "same" (OH = ceil(H / stride)), "causal", or pairs."""
    if not isinstance(padding, str):
        pairs = tuple(tuple(map(int, p)) for p in padding)
        if len(pairs) != len(x) or any(len(p) != 2 or min(p) < 0 for p in pairs):
            raise invalid(
                f"{who}: `padding` must have (before, after) for each of {len(x)} axes. Received: {padding!r}."
            )
        return pairs
    kind = padding.lower()
    reach = [(k - 1) * d for k, d in zip(kernel, dilations, strict=True)]
    if kind == "valid":
        return ((0, 0),) * len(x)
    if kind == "same":
        total = [max((-(-n // s) - 1) * s + r + 1 - n, 0) for n, s, r in zip(x, strides, reach, strict=True)]
        return tuple((t // 2, t - t // 2) for t in total)
    if kind == "causal" and len(x) == 1:
        return ((reach[0], 0),)
    raise invalid(
        f'{who}: `padding` must be "valid", "same" or, for one axis, "causal". Received: padding={padding!r}.'
    )


def _geometry(who, x, kernel, strides, padding, dilations, groups):
    """(shape of y, (n, groups, c, f), sizes of the three axes as in csrc/conv.pyx) for shapes `x` and `kernel`."""
    rank = len(kernel) - 2
    if not 1 <= rank <= 3 or len(x) < rank + 2:
        raise invalid(
            f"{who}: `x` must be (batch, ..., {rank} axes, channels) for a kernel of {rank} axes (1 to 3) and "
            f"(channels, filters). Received: shapes {x} and {kernel}."
        )
    channels, filters = x[-1], kernel[-1]
    extents, window = x[-1 - rank : -1], kernel[:rank]
    if 0 in kernel or 0 in extents:
        raise invalid(
            f"{who}: images must have a pixel along each axis, and the kernel taps, channels and filters. "
            f"Received: shapes {x} and {kernel}."
        )
    if groups < 1 or channels % groups or filters % groups or kernel[-2] * groups != channels:
        raise invalid(
            f"{who}: `groups` must divide channels and filters, and the kernel must have channels / groups. "
            f"Received: shapes {x} and {kernel}, groups={groups}."
        )
    pads = paddings(who, padding, extents, window, strides, dilations)
    out = []
    for n, k, s, d, (before, after) in zip(extents, window, strides, dilations, pads, strict=True):
        reach = (k - 1) * d + 1
        if n + before + after < reach:
            raise invalid(
                f'{who}: the kernel must not be larger than the image; "same" padding has no such limit. Received: '
                f"shapes {x} and {kernel}, dilations={dilations}: {reach} pixels do not fit into {n + before + after}."
            )
        out.append((n + before + after - reach) // s + 1)
    lead = x[: -1 - rank]
    axes = [(1, 1, 1, 1, 0, 1)] * (3 - rank)
    for n, o, k, s, (before, _), d in zip(extents, out, window, strides, pads, dilations, strict=True):
        axes.append((n, o, k, s, before, d))
    head = (math.prod(lead), groups, channels // groups, filters // groups)
    return (*lead, *out, filters), head, tuple(v for axis in axes for v in axis)


@lru_cache(maxsize=4096)
def _product_plan(head, axes, columns, count, code):
    """(dims, parts, work) of a product of `columns` columns in a group for images of `count` pixels."""
    n, groups, c, f = head
    rows = n * count
    axis, pieces = (BY_ROWS, -(-rows // ROWS)) if rows * 16 >= columns * 12 else (BY_COLUMNS, -(-columns // COLUMNS))
    pieces = max(pieces, 1)
    return (*head, code, axis, pieces, *axes), groups * pieces, _work(head, axes)


@lru_cache(maxsize=4096)
def _kernel_plan(head, axes):
    """(dims, parts, work, chunks) of conv_backward_kernel."""
    n, groups, c, f = head
    rows, k = n * math.prod(axes[1::6]), c * math.prod(axes[2::6])
    chunks = max(1, min(CHUNKS_MAX, rows // CHUNK, CHUNKS_SIZE // max(k * groups * f, 1)))
    pieces = max(1, -(-k // KERNEL_ROWS))
    return (*head, 0, chunks, pieces, *axes), chunks * groups * pieces, _work(head, axes), chunks


def _fits(window):
    """Can conv_backward_x hold what a pixel sees (and more)? Then it turns the kernel itself, strip by strip."""
    taps, dilations = window.axes[2::6], window.axes[5::6]
    points = math.prod((k - 1) * d + 1 for k, d in zip(taps, dilations, strict=True))
    return window.head[3] <= 4096 and points <= 512 and points * (window.head[3] + 16) <= 60_000


def _turn_plan(window):
    """(parts, work)."""
    return max(math.prod(window.axes[2::6]), 1), math.prod(window.kernel)


def _work(head, axes):
    return math.prod(head) * math.prod(axes[1::6]) * math.prod(axes[2::6])


class _Window:
    """Everything but the tensors: what conv and its gradients share."""

    __slots__ = ("axes", "head", "kernel", "who", "winograd", "x", "y")

    def __init__(self, who, x, kernel, strides, padding, dilations, groups):
        self.who, self.x, self.kernel = who, x, kernel
        self.y, self.head, self.axes = _geometry(who, x, kernel, strides, padding, dilations, groups)
        self.winograd = winograd.fits(self.head, self.axes)


@lru_cache(maxsize=4096)
def _known_window(*key):
    return _Window(*key)


# ------------------------------------------------------------------------------------------------ the three products


def _forward(x, w, window, bias=None, code=0, attrs=()):
    y = (winograd.forward if window.winograd else _product)(x, w, window, bias, code, attrs)
    if not recording():
        return y

    def vjp(dy, needs):
        if code:
            dy = activations.activation_backward(dy, y, code, attrs)
        dx = _backward_x(dy, w, window) if needs[0] else None
        dw = _backward_kernel(x, dy, window) if needs[1] else None
        return dx, dw, _sum_of_rows(dy) if needs[2] else None

    return record(y, (x, w, bias), vjp)


def _product(x, w, window, bias, code, attrs):
    dims, parts, work = _product_plan(window.head, window.axes, window.head[3], math.prod(window.axes[1::6]), code)
    return emit(CONV, (x, w, bias), ((window.y, x.dtype),), dims, attrs, parts, work)


def _backward_x(dy, w, window, bias=None, code=0, attrs=()):
    dx = (winograd.backward_x if window.winograd else _product_backward_x)(dy, w, window, bias, code, attrs)
    if not recording():
        return dx

    def vjp(ddx, needs):
        if code:
            ddx = activations.activation_backward(ddx, dx, code, attrs)
        ddy = _forward(ddx, w, window) if needs[0] else None
        dw = _backward_kernel(ddx, dy, window) if needs[1] else None
        return ddy, dw, _sum_of_rows(ddx) if needs[2] else None

    return record(dx, (dy, w, bias), vjp)


def _product_backward_x(dy, w, window, bias, code, attrs):
    dims, parts, work = _product_plan(window.head, window.axes, window.head[2], math.prod(window.axes[0::6]), code)
    as_is = dims[5] == BY_COLUMNS and _fits(window)
    turned = w if as_is else emit(CONV_TURN_KERNEL, (w,), ((w.shape, w.dtype),), dims, (), *_turn_plan(window))
    return emit(CONV_BACKWARD_X, (dy, turned, bias), ((window.x, dy.dtype),), (*dims, int(as_is)), attrs, parts, work)


def _backward_kernel(x, dy, window):
    dw = (winograd.backward_kernel if window.winograd else _product_backward_kernel)(x, dy, window)
    if not recording():
        return dw

    def vjp(ddw, needs):
        dx = _backward_x(dy, ddw, window) if needs[0] else None
        return dx, _forward(x, ddw, window) if needs[1] else None

    return record(dw, (x, dy), vjp)


def _product_backward_kernel(x, dy, window):
    dims, parts, work, chunks = _kernel_plan(window.head, window.axes)
    to = window.kernel if chunks == 1 else (chunks, *window.kernel)
    dw = emit(CONV_BACKWARD_KERNEL, (x, dy), ((to, x.dtype),), dims, (), parts, work)
    return dw if chunks == 1 else reduce.sum(dw, 0)


def _sum_of_rows(dy):
    return reduce.sum(shape.reshape(dy, (math.prod(dy.shape[:-1]), dy.shape[-1])), 0)


# ------------------------------------------------------------------------------------------------ the ops


def conv(x, kernel, bias=None, strides=1, padding="valid", dilations=1, groups=1, activation="linear"):
    """activation(x * kernel + bias): what each window of x has in common with each filter; bias and activation in the last write.

    Args:
        x: (N, ..., axes, C), floating point; one to three axes, as the kernel says. What is before them is the batch.
        kernel: (*window, C / groups, F). bias: (F,) or None.
        strides, dilations: pixels; a number or one for each axis.
        padding: "valid", windows stay inside; "same", ceil(extent / stride) windows, the odd pixel of padding behind;
            "causal" (one axis), a window ends at its pixel; or (before, after) for each axis.
        groups: filters of group g see the channels of group g alone.
        activation: a name of ops.activation.FUSED.
    Returns:
        (N, ..., axes of y, F).  vjp: dy -> dx, dkernel, dbias.
    Raises:
        ValueError: shapes that do not fit; a kernel larger than the image; an unknown activation. TypeError: dtypes differ.
    Source: tf.nn.convolution, keras.layers.Conv2D.
    """
    x, kernel, bias, code, attrs = _operands("conv", x, kernel, bias, activation)
    if x.dtype is not float32 and x.dtype is not float64:
        return _wide(conv, x, kernel, bias, strides, padding, dilations, groups, activation)
    window = _window("conv", x.shape, kernel.shape, strides, padding, dilations, groups)
    _check_bias("conv", bias, x, window.y[-1])
    return _forward(x, kernel, window, bias, code, attrs)


def conv_transpose(
    x, kernel, output_shape, bias=None, strides=1, padding="valid", dilations=1, groups=1, activation="linear"
):
    """activation(the gradient of conv with regard to its input + bias): each pixel of x lays a window into y.

    Args:
        x: (N, ..., axes, F), floating point. kernel: (*window, C / groups, F), as of the conv this is the gradient of.
        output_shape: extents of y's axes; the conv must make x's extents of them.
        bias: (C,) or None. strides, padding, dilations, groups, activation: as of conv.
    Returns:
        (N, ..., *output_shape, C).  vjp: dy -> dx, dkernel, dbias.
    Raises:
        ValueError: shapes that do not fit. TypeError: dtypes differ.
    Source: tf.nn.conv_transpose.
    """
    x, kernel, bias, code, attrs = _operands("conv_transpose", x, kernel, bias, activation)
    if x.dtype is not float32 and x.dtype is not float64:
        return _wide(conv_transpose, x, kernel, output_shape, bias, strides, padding, dilations, groups, activation)
    rank = len(kernel.shape) - 2
    output_shape = tuple(map(int, output_shape))
    if len(x.shape) < rank + 2 or len(output_shape) != rank or kernel.shape[-1] != x.shape[-1]:
        raise invalid(
            f"conv_transpose: `x` must be (batch, ..., {rank} axes, {kernel.shape[-1]}) and `output_shape` have {rank} extents "
            f"to match the kernel. Received: shapes {x.shape} and {kernel.shape}, output_shape={output_shape}."
        )
    to = (*x.shape[: -1 - rank], *output_shape, kernel.shape[-2] * groups)
    window = _window("conv_transpose", to, kernel.shape, strides, padding, dilations, groups)
    if window.y != x.shape:
        raise invalid(
            f"conv_transpose: `output_shape` must be one of which the convolution makes {x.shape[-1 - rank : -1]}. "
            f"Received: output_shape={output_shape}, of which it makes {window.y[-1 - rank : -1]}."
        )
    _check_bias("conv_transpose", bias, x, to[-1])
    return _backward_x(x, kernel, window, bias, code, attrs)


def _window(who, x, kernel, strides, padding, dilations, groups):
    rank = len(kernel) - 2
    strides, dilations = per_axis(who, "strides", strides, rank), per_axis(who, "dilations", dilations, rank)
    padding = padding if isinstance(padding, str) else tuple(map(tuple, padding))
    return _known_window(who, x, kernel, strides, padding, dilations, int(groups))


def _operands(who, x, kernel, bias, activation):
    if type(x) is Tensor and isinstance(kernel, (Tensor, Variable)) and kernel.dtype is x.dtype:
        kernel = as_tensor(kernel)
    else:
        x, kernel = e.operands(who, x, kernel)
    if not x.dtype.is_floating:
        raise invalid_type(f"{who}: `x` must be floating point. Received: x.dtype={x.dtype.name}.")
    if activation not in activations.FUSED:
        raise invalid(f"{who}: `activation` must be one of {sorted(activations.FUSED)}. Received: {activation!r}.")
    return x, kernel, None if bias is None else as_tensor(bias), *activations.FUSED[activation]


def _check_bias(who, bias, x, filters):
    if bias is None:
        return
    if bias.shape != (filters,):
        raise invalid(f"{who}: `bias` must be ({filters},), one for each filter. Received: bias.shape={bias.shape}.")
    if bias.dtype is not x.dtype:
        raise invalid_type(f"{who}: `bias` must be {x.dtype.name} as x is. Received: bias.dtype={bias.dtype.name}.")


def _wide(op, x, *args):
    """float16, summed in float32."""
    wide = [e.cast(a, float32) if isinstance(a, Tensor) else a for a in args]
    return e.cast(op(e.cast(x, float32), *wide), x.dtype)
