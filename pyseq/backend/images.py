"""keras.backend: convolutions, pooling and resizing of images."""

from __future__ import annotations

from pyseq.backend.nn import channels_first
from pyseq.core import as_tensor
from pyseq.ops import conv as conv_ops
from pyseq.ops import pool as pool_ops
from pyseq.ops import shape as shape_ops
from pyseq.ops.check import is_integer
from pyseq.ops.conv_depthwise import depthwise_conv


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Each window of sequences times each filter. kernel: (width, channels, filters); padding may be "causal"."""
    return _convolution("conv1d", x, kernel, strides, padding, data_format, dilation_rate, 1)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Each window of images times each filter. kernel: (rows, columns, channels, filters)."""
    return _convolution("conv2d", x, kernel, strides, padding, data_format, dilation_rate, 2)


def conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
    """Each window of volumes times each filter. kernel: (depth, rows, columns, channels, filters)."""
    return _convolution("conv3d", x, kernel, strides, padding, data_format, dilation_rate, 3)


def conv2d_transpose(x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """The gradient of conv2d. kernel: (rows, columns, outputs, channels); output_shape: with batch (None will do) and outputs."""
    x, kernel, first = _operands("conv2d_transpose", x, data_format, 2, kernel)
    _, *outer = output_shape
    outputs, extents = (outer[0], outer[1:]) if first else (outer[-1], outer[:-1])
    if len(outer) != 3 or int(outputs) != kernel.shape[-2]:
        raise ValueError(
            "conv2d_transpose: `output_shape` must be of four axes, with the outputs of `kernel`. "
            f"Received: output_shape={tuple(output_shape)}, kernel.shape={kernel.shape}."
        )
    y = conv_ops.conv_transpose(
        x, kernel, [int(n) for n in extents], strides=strides, padding=padding, dilations=dilation_rate
    )
    return _channels_back(y, first)


def depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Each channel with its own filters. depthwise_kernel: (rows, columns, channels, filters of each)."""
    x, kernel, first = _operands("depthwise_conv2d", x, data_format, 2, depthwise_kernel)
    y = depthwise_conv(x, kernel, strides=strides, padding=padding, dilations=dilation_rate)
    return _channels_back(y, first)


def separable_conv2d(
    x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """depthwise_conv2d, then a convolution of one pixel. pointwise_kernel: (1, 1, channels, filters)."""
    x, kernel, first = _operands("separable_conv2d", x, data_format, 2, depthwise_kernel)
    pointwise = as_tensor(pointwise_kernel)
    if pointwise.shape[:2] != (1, 1):
        raise ValueError(
            "separable_conv2d: `pointwise_kernel` must be (1, 1, channels, filters). "
            f"Received: pointwise_kernel.shape={pointwise.shape}."
        )
    y = depthwise_conv(x, kernel, strides=strides, padding=padding, dilations=dilation_rate)
    return _channels_back(conv_ops.conv(y, pointwise), first)


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The largest ("max") or the mean ("avg") of windows of images."""
    return _pooled("pool2d", x, pool_size, strides, padding, data_format, pool_mode, 2)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The largest ("max") or the mean ("avg") of windows of volumes."""
    return _pooled("pool3d", x, pool_size, strides, padding, data_format, pool_mode, 3)


def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Images so many times as high and wide. interpolation: a method of `tf.image.resize`."""
    from pyseq.ops import resize as resize_ops  # as long to import as all of pooling

    x, _, first = _operands("resize_images", x, data_format, 2)
    factors = _factors("resize_images", height_factor=height_factor, width_factor=width_factor)
    if interpolation not in resize_ops.METHODS:
        raise ValueError(
            f"resize_images: `interpolation` must be one of {tuple(resize_ops.METHODS)}. Received: {interpolation!r}."
        )
    size = [n * k for n, k in zip(x.shape[1:3], factors, strict=True)]
    return _channels_back(resize_ops.resize(x, size, interpolation), first)


def resize_volumes(x, depth_factor, height_factor, width_factor, data_format):
    """Volumes so many times as deep, high and wide: pixels are repeated."""
    x, _, first = _operands("resize_volumes", x, data_format, 3)
    factors = _factors(
        "resize_volumes", depth_factor=depth_factor, height_factor=height_factor, width_factor=width_factor
    )
    for axis, factor in enumerate(factors, 1):
        x = shape_ops.repeat(x, factor, axis)
    return _channels_back(x, first)


# ---------------------------------------------------------------------------------------------------------------- parts


def _convolution(who, x, kernel, strides, padding, data_format, dilation_rate, rank):
    x, kernel, first = _operands(who, x, data_format, rank, kernel)
    channels, of_group = x.shape[-1], kernel.shape[-2]
    groups = channels // of_group if of_group and channels % of_group == 0 else 1
    y = conv_ops.conv(x, kernel, strides=strides, padding=padding, dilations=dilation_rate, groups=max(groups, 1))
    return _channels_back(y, first)


def _pooled(who, x, pool_size, strides, padding, data_format, pool_mode, rank):
    op = {"max": pool_ops.max_pool, "avg": pool_ops.avg_pool}.get(pool_mode)
    if op is None:
        raise ValueError(f"{who}: `pool_mode` must be 'max' or 'avg'. Received: pool_mode={pool_mode!r}.")
    x, _, first = _operands(who, x, data_format, rank)
    return _channels_back(op(x, pool_size, strides, padding), first)


def _operands(who, x, data_format, rank, kernel=None):
    """(x with channels last, kernel, were channels first?)."""
    x = as_tensor(x)
    kernel = None if kernel is None else as_tensor(kernel)
    for name, tensor in (("x", x), ("kernel", kernel)):
        if tensor is not None and len(tensor.shape) != rank + 2:
            raise ValueError(f"{who}: `{name}` must have {rank + 2} axes. Received: {name}.shape={tensor.shape}.")
    first = channels_first(who, data_format)
    return (shape_ops.moveaxis(x, 1, -1) if first else x), kernel, first


def _channels_back(y, first):
    return shape_ops.moveaxis(y, -1, 1) if first else y


def _factors(who, **factors):
    for name, k in factors.items():
        if not is_integer(k) or int(k) < 1:
            raise ValueError(f"{who}: `{name}` must be a positive integer. Received: {name}={k}.")
    return [int(k) for k in factors.values()]
