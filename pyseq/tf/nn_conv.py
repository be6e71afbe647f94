"""The convolutions of tf.nn."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.core.errors import invalid
from pyseq.ops import conv as conv_ops
from pyseq.ops import shape as shape_ops
from pyseq.ops.conv_depthwise import depthwise_conv


def convolution(input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None):
    """The convolution of one to three axes, as `filters` (*window, channels / groups, outputs) says.

    Args:
        input: (batch, ..., axes, channels), or channels before the axes if `data_format` has them there ("NCHW").
        strides, dilations: a number, one for each axis, or one for each axis of `input`. 1 by default.
        padding: "VALID", "SAME", or [before, after] for each axis of `input`.
    """
    return _convolution("convolution", input, filters, strides, padding, data_format, dilations)


def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):
    """`convolution` of one axis."""
    return _convolution("conv1d", input, filters, stride, padding, data_format, dilations, 1)


def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """`convolution` of two axes."""
    return _convolution("conv2d", input, filters, strides, padding, data_format, dilations, 2)


def conv3d(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):
    """`convolution` of three axes."""
    return _convolution("conv3d", input, filters, strides, padding, data_format, dilations, 3)


def atrous_conv2d(value, filters, rate, padding, name=None):
    """`conv2d` with taps `rate` pixels apart."""
    return _convolution("atrous_conv2d", value, filters, 1, padding, "NHWC", rate, 2)


def depthwise_conv2d(input, filter, strides, padding, data_format=None, dilations=None, name=None):
    """Each channel with its own filters. `filter`: (rows, columns, channels, multiplier)."""
    x, first, window = _arguments("depthwise_conv2d", input, 2, strides, padding, data_format, dilations)
    return _channels_back(depthwise_conv(x, as_tensor(filter), **window), first, 2)


def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None
):
    """`depthwise_conv2d`, then a convolution of one pixel."""
    x, first, window = _arguments("separable_conv2d", input, 2, strides, padding, data_format, dilations)
    y = depthwise_conv(x, as_tensor(depthwise_filter), **window)
    return _channels_back(conv_ops.conv(y, as_tensor(pointwise_filter)), first, 2)


def conv1d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NWC", dilations=None, name=None
):
    """The gradient of `conv1d`. `filters`: (width, outputs, channels)."""
    return _transpose("conv1d_transpose", input, filters, output_shape, strides, padding, data_format, dilations, 1)


def conv2d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NHWC", dilations=None, name=None
):
    """The gradient of `conv2d`. `filters`: (rows, columns, outputs, channels)."""
    return _transpose("conv2d_transpose", input, filters, output_shape, strides, padding, data_format, dilations, 2)


def conv3d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NDHWC", dilations=None, name=None
):
    """The gradient of `conv3d`. `filters`: (depth, rows, columns, outputs, channels)."""
    return _transpose("conv3d_transpose", input, filters, output_shape, strides, padding, data_format, dilations, 3)


def _convolution(who, input, filters, strides, padding, data_format, dilations, rank=None):
    filters = as_tensor(filters)
    rank = rank or len(filters.shape) - 2
    if len(filters.shape) != rank + 2:
        raise invalid(f"{who}: `filters` must have {rank + 2} axes. Received: filters.shape={filters.shape}.")
    x, first, window = _arguments(who, input, rank, strides, padding, data_format, dilations)
    channels, of_group = x.shape[-1], filters.shape[-2]
    groups = channels // of_group if of_group and channels % of_group == 0 else 1
    return _channels_back(conv_ops.conv(x, filters, groups=max(groups, 1), **window), first, rank)


def _transpose(who, input, filters, output_shape, strides, padding, data_format, dilations, rank):
    x, first, window = _arguments(who, input, rank, strides, padding, data_format, dilations)
    filters = as_tensor(filters)
    to = tuple(int(n) for n in as_tensor(output_shape).numpy())
    to = to if len(to) == rank else to[2:] if first else to[-1 - rank : -1]
    return _channels_back(conv_ops.conv_transpose(x, filters, to, **window), first, rank)


def _arguments(who, input, rank, strides, padding, data_format, dilations):
    """(x with channels last, were they first?, strides, padding and dilations of the axes)."""
    x = as_tensor(input)
    first = data_format is not None and data_format.upper().startswith("NC")
    if len(x.shape) < rank + 2:
        raise invalid(f"{who}: `input` must have {rank + 2} axes at least. Received: input.shape={x.shape}.")
    window = {
        "strides": _of_axes(who, "strides", strides, rank, first),
        "padding": padding if isinstance(padding, str) else _pairs(padding, rank, first),
        "dilations": _of_axes(who, "dilations", dilations, rank, first),
    }
    return (shape_ops.moveaxis(x, -1 - rank, -1) if first else x), first, window


def _channels_back(y, first, rank):
    return shape_ops.moveaxis(y, -1, -1 - rank) if first else y


def _of_axes(who, name, value, rank, first):
    """A number, or those of the axes out of one for each of x's axes (batch and channels must be 1)."""
    if value is None or hasattr(value, "__index__"):
        return 1 if value is None else value
    value = tuple(int(v) for v in value)
    if len(value) != rank + 2:
        return value
    inner = value[2:] if first else value[1:-1]
    if value[0] != 1 or (value[1] if first else value[-1]) != 1:
        raise invalid(f"{who}: `{name}` must be 1 for batch and channels. Received: {name}={list(value)}.")
    return inner


def _pairs(padding, rank, first):
    pairs = [tuple(map(int, p)) for p in padding]
    return pairs if len(pairs) == rank else pairs[2:] if first else pairs[1:-1]
