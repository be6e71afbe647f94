"""The convolutions of tf.nn."""

from __future__ import annotations

from pyseq.core import ShapeTrace, Tensor, Variable, active_trace, as_tensor
from pyseq.core.errors import invalid
from pyseq.ops import conv as conv_ops
from pyseq.ops import shape as shape_ops
from pyseq.ops.conv_depthwise import depthwise_conv
from pyseq.tf._given import extents_of
from pyseq.tf._windows import format_of, inner, of_image, paddings


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
    input, filter = _one_type(input, filter)
    x, first, window = _arguments("depthwise_conv2d", input, 2, strides, padding, data_format, dilations)
    return _channels_back(depthwise_conv(x, filter, **window), first, 2)


def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None
):
    """`depthwise_conv2d`, then a convolution of one pixel."""
    input, depthwise_filter, pointwise_filter = _one_type(input, depthwise_filter, pointwise_filter)
    if pointwise_filter.shape[:2] != (1, 1):
        raise ValueError(
            "separable_conv2d: `pointwise_filter` must be (1, 1, channels, filters). "
            f"Received: pointwise_filter.shape={pointwise_filter.shape}."
        )
    x, first, window = _arguments("separable_conv2d", input, 2, strides, padding, data_format, dilations)
    y = depthwise_conv(x, depthwise_filter, **window)
    return _channels_back(conv_ops.conv(y, pointwise_filter), first, 2)


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


def conv_transpose(input, filters, output_shape, strides, padding="SAME", data_format=None, dilations=None, name=None):
    """The gradient of `convolution` of one to three axes, as `output_shape` says, which has batch and channels."""
    rank = len(extents_of(output_shape)) - 2
    return _transpose("conv_transpose", input, filters, output_shape, strides, padding, data_format, dilations, rank)


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """The gradient of `atrous_conv2d`."""
    return _transpose("atrous_conv2d_transpose", value, filters, output_shape, 1, padding, "NHWC", rate, 2)


def _convolution(who, input, filters, strides, padding, data_format, dilations, rank=None):
    input, filters = _one_type(input, filters)
    rank = rank or len(filters.shape) - 2
    if len(filters.shape) != rank + 2:
        raise invalid(f"{who}: `filters` must have {rank + 2} axes. Received: filters.shape={filters.shape}.")
    x, first, window = _arguments(who, input, rank, strides, padding, data_format, dilations)
    channels, of_group = x.shape[-1], filters.shape[-2]
    groups = channels // of_group if of_group and channels % of_group == 0 else 1
    return _channels_back(conv_ops.conv(x, filters, groups=max(groups, 1), **window), first, rank)


def _transpose(who, input, filters, output_shape, strides, padding, data_format, dilations, rank):
    input, filters = _one_type(input, filters)
    x, first, window = _arguments(who, input, rank, strides, padding, data_format, dilations)
    to = extents_of(output_shape)
    if len(to) != rank:
        image, outer = inner(to, "channels_first" if first else "channels_last")
        batch = outer[0] if isinstance(active_trace(), ShapeTrace) else x.shape[0]  # there it stands for any
        if len(to) != rank + 2 or outer[0] != batch or outer[1] != filters.shape[-2]:
            raise ValueError(
                f"{who}: `output_shape` must be of {x.shape[0]} images with {filters.shape[-2]} channels, as input and filters "
                f"say. Received: output_shape={list(to)}."
            )
        to = image
    return _channels_back(conv_ops.conv_transpose(x, filters, to, **window), first, rank)


def _arguments(who, input, rank, strides, padding, data_format, dilations):
    """(x with channels last, were they first?, strides, padding and dilations of the axes)."""
    x = as_tensor(input)
    form = format_of(who, data_format, rank)
    first = form == "channels_first"
    if len(x.shape) < rank + 2:
        raise invalid(f"{who}: `input` must have {rank + 2} axes at least. Received: input.shape={x.shape}.")
    strides, dilations = (1 if value is None else value for value in (strides, dilations))
    window = {
        "strides": of_image(who, "strides", strides, rank, form),
        "padding": paddings(who, padding, rank, form),
        "dilations": of_image(who, "dilations", dilations, rank, form),
    }
    return (shape_ops.moveaxis(x, -1 - rank, -1) if first else x), first, window


def _channels_back(y, first, rank):
    return shape_ops.moveaxis(y, -1, -1 - rank) if first else y


def _one_type(*values):
    """Tensors; arrays and lists take the type of the first tensor among them, or of the first array."""
    found = next((v for v in values if isinstance(v, (Tensor, Variable))), None)
    found = as_tensor(values[0]) if found is None else found
    return [as_tensor(v) if isinstance(v, (Tensor, Variable)) else as_tensor(v, dtype=found.dtype) for v in values]
