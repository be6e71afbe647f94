"""Normalisations: csrc/norm.h has the formulas."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from pyseq.core import Tensor, as_tensor, emit, float32, float64, kernels, record, recording
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, shape
from pyseq.ops.axes import normalized_axes

BATCH_NORM, BATCH_NORM_BACKWARD = kernels("batch_norm", "batch_norm_backward")
MOMENTS, JOIN, APPLY = kernels("batch_norm_moments", "batch_norm_join", "batch_norm_apply")
SUMS, JOIN_SUMS, DX = kernels("batch_norm_sums", "batch_norm_join_sums", "batch_norm_dx")
UNBIASED, GIVEN, MOVING = 2, 8, 16  # flags, as in csrc/norm.pyx
COLUMNS = 64  # of a part of one instruction that does it all
ONE_INSTRUCTION = 32768  # elements of a part, at most: what the second-level cache serves
ONE_IMAGE = 65536  # the same of a whole image, whose rows the part reads from end to end
CHUNK, CHUNK_ROWS = 8192, 32  # elements of a chunk of rows, about; at least so many rows
WORK = 4  # multiply-adds that an element costs, about


def batch_norm(x, gamma=None, beta=None, moving=None, axis=-1, epsilon=1e-3, momentum=0.99, unbiased=False):
    """(x - mean) / sqrt(variance + epsilon) gamma + beta with the moments of x over all axes but `axis`.

    Args:
        x: floating point. axis: of the channels; an integer or several.
        gamma, beta: one number a channel, or None: 1, 0. float32 if x is float16.
        moving: (mean, variance), Variables that move by 1 - momentum toward the batch's; None: there are none.
        unbiased: does the moving variance take the sum of squares over n - 1 instead of n?
    Returns:
        y, like x.  vjp: dy -> dx, dgamma, dbeta. Of an empty batch: empty, and the moving averages stay.
    Raises:
        ValueError: the axis is outside; a parameter has not one number a channel. TypeError: x is not floating point.
    Source: Ioffe and Szegedy, 2015.
    """
    x, gamma, beta, axes = _operands("batch_norm", x, gamma, beta, axis)
    _moving("batch_norm", moving, prod(x.shape[k] for k in axes), x)
    return _channels_last(
        x, axes, lambda x: _train(x, _of_batch(x.shape, len(axes)), gamma, beta, epsilon, moving, momentum, unbiased)
    )


def batch_norm_inference(x, mean, variance, gamma=None, beta=None, axis=-1, epsilon=1e-3):
    """The same with a mean and variance that are given, one number a channel each; they get no gradient."""
    x, gamma, beta, axes = _operands("batch_norm_inference", x, gamma, beta, axis)
    channels = prod(x.shape[k] for k in axes)
    mean = _parameter("batch_norm_inference", "mean", mean, channels, x)
    variance = _parameter("batch_norm_inference", "variance", variance, channels, x)
    return _channels_last(
        x, axes, lambda x: _infer(x, _of_batch(x.shape, len(axes)), mean, variance, gamma, beta, epsilon)
    )


def batch_norm_weighted(x, weights, gamma=None, beta=None, moving=None, axis=-1, epsilon=1e-3, momentum=0.99):
    """batch_norm with moments in which an element counts as its weight says: 0 where a mask leaves it out.

    Args:
        weights: broadcasts to x; of x's dtype.
    Source: tf.nn.weighted_moments.
    """
    x, gamma, beta, axes = _operands("batch_norm_weighted", x, gamma, beta, axis)
    _moving("batch_norm_weighted", moving, prod(x.shape[k] for k in axes), x)
    if x.dtype is not _arithmetic(x):
        wide = [e.cast(t, float32) for t in (x, as_tensor(weights))]
        return e.cast(batch_norm_weighted(*wide, gamma, beta, moving, axis, epsilon, momentum), x.dtype)
    gone = [k for k in range(len(x.shape)) if k not in axes]
    weights = shape.broadcast_to(as_tensor(weights), x.shape)
    total = reduce.sum(weights, gone, keepdims=True)
    mean = e.divide(reduce.sum(e.multiply(x, weights), gone, keepdims=True), total)
    d = e.subtract(x, mean)
    variance = e.divide(reduce.sum(e.multiply(e.square(d), weights), gone, keepdims=True), total)
    for v, moment in zip(moving or (), (mean, variance), strict=False):
        v.assign_sub(e.multiply(e.subtract(as_tensor(v), shape.reshape(moment, v.shape)), 1.0 - momentum))
    y = e.multiply(d, e.rsqrt(e.add(variance, epsilon)))
    y = y if gamma is None else e.multiply(y, shape.reshape(gamma, mean.shape))
    return y if beta is None else e.add(y, shape.reshape(beta, mean.shape))


def _operands(who, x, gamma, beta, axis):
    x = x if type(x) is Tensor else as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    axes = normalized_axes(who, axis, len(x.shape))
    channels = prod(x.shape[k] for k in axes)
    gamma = _parameter(who, "gamma", gamma, channels, x)
    beta = _parameter(who, "beta", beta, channels, x)
    return x, gamma, beta, axes


def _parameter(who, name, p, channels, x):
    """One number a channel, in the dtype of the arithmetic; None for None."""
    if p is None:
        return None
    p = as_tensor(p)
    if p.size != channels:
        raise invalid(
            f"{who}: `{name}` must have one number for each of {channels} channels of x, whose shape is {x.shape}. "
            f"Received: {name}.shape={p.shape}."
        )
    dtype = _arithmetic(x)
    return p if p.dtype is dtype else e.cast(p, dtype)


def _arithmetic(x):
    return float64 if x.dtype is float64 else float32


def _moving(who, moving, channels, x):
    """Checks the variables that the kernel will write."""
    for name, v in zip(("mean", "variance"), moving or (), strict=False):
        if v.size != channels or v.dtype is not _arithmetic(x):
            raise invalid(
                f"{who}: the moving {name} must have {channels} elements of {_arithmetic(x).name}, for x of shape {x.shape}. "
                f"Received: shape={v.shape}, dtype={v.dtype.name}."
            )


def _channels_last(x, axes, function):
    """function(x) with the channels' axes last, in float32 or float64."""
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(_channels_last(e.cast(x, float32), axes, function), x.dtype)
    rank = len(x.shape)
    if axes[0] == rank - len(axes):
        return function(x)
    there = [k for k in range(rank) if k not in axes] + list(axes)
    back = sorted(range(rank), key=there.__getitem__)
    return shape.transpose(function(shape.transpose(x, there)), back)


class _Sizes:
    """How the work on (images, rows, channels) is cut; a group has `size` channels. `channel`: the shape of what each has one of."""

    __slots__ = (
        "images", "rows", "channels", "size", "columns", "whole", "parts", "chunk", "chunks", "channel", "work",
    )  # fmt: skip

    def __init__(self, images, rows, channels, size, columns, limit, channel):
        self.images, self.rows, self.channels, self.size, self.columns = images, rows, channels, size, max(1, columns)
        self.whole = rows * min(channels, columns) <= limit
        self.parts = images * -(-channels // self.columns)
        self.chunk = max(CHUNK_ROWS, CHUNK // max(1, channels))
        self.chunks = -(-rows // self.chunk)
        self.channel, self.work = channel, images * rows * channels * WORK

    def dims(self, flags):
        return self.rows, self.channels, self.columns, self.chunk, flags, self.chunks, self.size


@lru_cache(maxsize=4096)
def _of_batch(x_shape, axes):
    """One image, in groups of one channel."""
    at = len(x_shape) - axes
    channels = prod(x_shape[at:])
    return _Sizes(1, prod(x_shape[:at]), channels, 1, COLUMNS, ONE_INSTRUCTION, (channels,))


@lru_cache(maxsize=4096)
def _of_images(x_shape, images, size):
    """So many images, each with groups of `size` channels."""
    channels = x_shape[-1]
    rows = prod(x_shape[:-1]) // max(1, images)
    return _Sizes(images, rows, channels, size, channels, ONE_IMAGE, (images, channels))


def _train(x, sizes, gamma, beta, epsilon, moving=None, momentum=0.0, unbiased=False):
    dtype = x.dtype
    updates = tuple(moving) if moving is not None and sizes.rows else ()
    dims = sizes.dims((UNBIASED if unbiased else 0) | (MOVING if updates else 0))
    attrs, channel = (epsilon, 1.0 - momentum), (sizes.channel, dtype)
    if sizes.whole:
        y, mean, rstd = emit(
            BATCH_NORM, (x, gamma, beta), ((x.shape, dtype), channel, channel), dims, attrs, sizes.parts, sizes.work,
            updates=updates,
        )  # fmt: skip
    else:
        parts = sizes.images * sizes.chunks
        partial = ((parts, 2, sizes.channels), dtype)
        partial = emit(MOMENTS, (x,), (partial,), dims, attrs, parts, sizes.work)
        mean, rstd = emit(
            JOIN, (partial,), (channel, channel), dims, attrs, sizes.images, partial.size, updates=updates
        )
        y = emit(APPLY, (x, mean, rstd, gamma, beta), ((x.shape, dtype),), dims, attrs, parts, sizes.work)
    if not recording():
        return y

    def vjp(dy, needs):
        if recording():  # someone wants the second derivative
            return _composed_backward(dy, x, sizes, gamma, beta, epsilon)
        return _shaped(_backward(dy, x, sizes, mean, rstd, gamma, 0), gamma, beta)

    return record(y, (x, gamma, beta), vjp)


def _infer(x, sizes, mean, variance, gamma, beta, epsilon):
    inputs, dtype = (x, mean, variance, gamma, beta), x.dtype
    y = emit(APPLY, inputs, ((x.shape, dtype),), sizes.dims(GIVEN), (epsilon,), sizes.chunks, sizes.work)
    if not recording():
        return y

    def vjp(dy, needs):
        rstd = e.rsqrt(e.add(shape.reshape(variance, (sizes.channels,)), epsilon))
        if recording():
            m = shape.reshape(mean, (sizes.channels,))
            return _composed_slopes(dy, e.multiply(e.subtract(_flat(x, sizes), m), rstd), rstd, sizes, gamma, beta)
        if not needs[1] and not needs[2]:
            return _scaled(dy, rstd, sizes, gamma), None, None
        return _shaped(_backward(dy, x, sizes, mean, rstd, gamma, GIVEN), gamma, beta)

    return record(y, (x, gamma, beta), vjp)


def _backward(dy, x, sizes, mean, rstd, gamma, flags):
    """dx, dgamma, dbeta by the kernels."""
    dx, *parameters = _gradients(dy, x, sizes, mean, rstd, gamma, flags)
    return dx, *(d if sizes.images == 1 else reduce.sum(d, 0) for d in parameters)


def _gradients(dy, x, sizes, mean, rstd, gamma, flags):
    """dx, and dgamma, dbeta of each image."""
    dtype = x.dtype
    dims, channel = sizes.dims(flags), (sizes.channel, dtype)
    if sizes.whole:
        outputs = ((x.shape, dtype), channel, channel)
        return emit(BATCH_NORM_BACKWARD, (dy, x, mean, rstd, gamma), outputs, dims, (), sizes.parts, sizes.work)
    parts = sizes.images * sizes.chunks
    partial = ((parts, 2, sizes.channels), dtype)
    partial = emit(SUMS, (dy, x, mean), (partial,), dims, (), parts, sizes.work)
    dgamma, dbeta = emit(JOIN_SUMS, (partial, rstd), (channel, channel), dims, (), sizes.images, partial.size)
    inputs = (dy, x, mean, rstd, gamma, None, dgamma, dbeta)
    dx = emit(DX, inputs, ((x.shape, dtype),), dims, (), parts, sizes.work)
    return dx, dgamma, dbeta


def _shaped(gradients, gamma, beta):
    """Gradients like their parameters, None where there is no parameter."""
    dx, dgamma, dbeta = gradients
    return (
        dx,
        None if gamma is None else e.cast(shape.reshape(dgamma, gamma.shape), gamma.dtype),
        None if beta is None else e.cast(shape.reshape(dbeta, beta.shape), beta.dtype),
    )


def _flat(x, sizes):
    """x as (rows, channels)."""
    return shape.reshape(x, (sizes.images * sizes.rows, sizes.channels))


def _scaled(dy, rstd, sizes, gamma):
    scale = rstd if gamma is None else e.multiply(rstd, shape.reshape(gamma, rstd.shape))
    return shape.reshape(e.multiply(_flat(dy, sizes), scale), dy.shape)


def _composed_slopes(dy, xhat, rstd, sizes, gamma, beta):
    """The gradients of y = xhat gamma + beta where the moments are given, of differentiable ops."""
    d = _flat(dy, sizes)
    dgamma, dbeta = reduce.sum(e.multiply(d, xhat), 0), reduce.sum(d, 0)
    return _shaped((_scaled(dy, rstd, sizes, gamma), dgamma, dbeta), gamma, beta)


def _composed_backward(dy, x, sizes, gamma, beta, epsilon):
    """What _backward computes, of differentiable ops."""
    groups = (sizes.channels // sizes.size, sizes.size)[: 1 if sizes.size == 1 else 2]
    to, gone = (sizes.images, sizes.rows, *groups), (1, 3)[: len(groups)]
    x_, dy_ = shape.reshape(x, to), shape.reshape(dy, to)
    d = e.subtract(x_, reduce.mean(x_, gone, keepdims=True))
    rstd = e.rsqrt(e.add(reduce.mean(e.square(d), gone, keepdims=True), epsilon))
    xhat = e.multiply(d, rstd)
    pulled = dy_ if gamma is None else e.multiply(dy_, shape.reshape(gamma, groups))
    along = e.multiply(xhat, reduce.mean(e.multiply(pulled, xhat), gone, keepdims=True))
    dx = e.multiply(e.subtract(e.subtract(pulled, reduce.mean(pulled, gone, keepdims=True)), along), rstd)
    dgamma, dbeta = reduce.sum(e.multiply(dy_, xhat), (0, 1)), reduce.sum(dy_, (0, 1))
    return _shaped((shape.reshape(dx, x.shape), dgamma, dbeta), gamma, beta)


def normalized(x, axes, epsilon, weights=None):
    """(x - mean) / sqrt(variance + epsilon) with the moments over `axes`; an element counts in them as its weight says.

    Args:
        x: floating point. weights: like x, or None: 1.
    """
    if weights is None:
        d = e.subtract(x, reduce.mean(x, axes, keepdims=True))
        variance = reduce.mean(e.square(d), axes, keepdims=True)
    else:
        total = reduce.sum(weights, axes, keepdims=True)
        d = e.subtract(x, e.divide(reduce.sum(e.multiply(x, weights), axes, keepdims=True), total))
        variance = e.divide(reduce.sum(e.multiply(e.square(d), weights), axes, keepdims=True), total)
    return e.multiply(d, e.rsqrt(e.add(variance, epsilon)))


def _scaled_and_shifted(y, gamma, beta, to):
    """y gamma + beta with parameters of shape `to`, None: 1 and 0."""
    y = y if gamma is None else e.multiply(y, shape.reshape(_like(gamma, y), to))
    return y if beta is None else e.add(y, shape.reshape(_like(beta, y), to))


def _like(p, y):
    p = as_tensor(p)
    return p if p.dtype is y.dtype else e.cast(p, y.dtype)


def layer_norm(x, gamma=None, beta=None, axis=-1, epsilon=1e-3):
    """Each sample normalised over `axis`, an integer or several; gamma and beta have the extents of these axes.

    Source: Ba, Kiros and Hinton, 2016.
    """
    x, gamma, beta, axes = _operands("layer_norm", x, gamma, beta, axis)
    if x.dtype is not _arithmetic(x):
        return e.cast(layer_norm(e.cast(x, float32), gamma, beta, axis, epsilon), x.dtype)
    to = tuple(extent if k in axes else 1 for k, extent in enumerate(x.shape))
    return _scaled_and_shifted(normalized(x, axes, epsilon), gamma, beta, to)


def group_norm(x, groups, gamma=None, beta=None, axis=-1, epsilon=1e-3, weights=None):
    """Each sample's groups of channels normalised; gamma and beta have a number for each channel.

    Args:
        x: (N, ...). axis: of the channels. weights: broadcasts to x; what an element counts in the moments.
    Raises:
        ValueError: groups do not divide the channels.
    Source: Wu and He, 2018.
    """
    x, gamma, beta, (axis,) = _operands("group_norm", x, gamma, beta, axis)
    if x.dtype is not _arithmetic(x):
        return e.cast(group_norm(e.cast(x, float32), groups, gamma, beta, axis, epsilon, weights), x.dtype)
    channels = x.shape[axis]
    if groups < 1 or channels % groups:
        raise invalid(f"group_norm: `groups` must divide the {channels} channels of x. Received: groups={groups}.")
    if weights is not None:
        return _group_norm_weighted(x, groups, gamma, beta, axis, epsilon, weights)
    images, size = x.shape[0] if axis else 1, channels // groups
    columns = _columns(prod(x.shape) // max(1, images * groups)) if axis < 2 < len(x.shape) else 0
    if columns:
        return _group_norm_rows(x, images * groups, columns, gamma, beta, axis, epsilon)
    return _channels_last(x, (axis,), lambda x: _train(x, _of_images(x.shape, images, size), gamma, beta, epsilon))


@lru_cache(maxsize=4096)
def _columns(extent):
    """Into how many columns so many neighbours can be cut that the kernels are good at; 0: none."""
    return max((c for c in range(16, COLUMNS + 1) if extent and extent % c == 0), default=0)


def _group_norm_rows(x, groups, columns, gamma, beta, axis, epsilon):
    """Where each group's elements are neighbours: it is an image in rows of so many columns, all of them one group."""
    flat = shape.reshape(x, (groups, prod(x.shape) // (groups * columns), columns))
    y = _train(flat, _of_images(flat.shape, groups, columns), None, None, epsilon)
    to = tuple(extent if k == axis else 1 for k, extent in enumerate(x.shape))
    return _scaled_and_shifted(shape.reshape(y, x.shape), gamma, beta, to)


def _group_norm_weighted(x, groups, gamma, beta, axis, epsilon, weights):
    grouped = (*x.shape[:axis], groups, x.shape[axis] // groups, *x.shape[axis + 1 :])
    weights = shape.reshape(shape.broadcast_to(_like(weights, x), x.shape), grouped)
    gone = tuple(k for k in range(1, len(grouped)) if k != axis)
    y = normalized(shape.reshape(x, grouped), gone, epsilon, weights)
    to = tuple(extent if k in (axis, axis + 1) else 1 for k, extent in enumerate(grouped))
    return shape.reshape(_scaled_and_shifted(y, gamma, beta, to), x.shape)
