"""Depthwise and separable convolution layers."""

from __future__ import annotations

from pyseq import initializers
from pyseq.layers.convolution_base import Convolution, drop_defaults
from pyseq.ops import conv
from pyseq.ops.conv_depthwise import depthwise_conv


class _Depthwise(Convolution):
    """`activation(depthwise_conv(x, depthwise_kernel) + bias)`."""

    weight_kinds = ("depthwise",)

    def _take_multiplier(self, depth_multiplier):
        if isinstance(depth_multiplier, bool) or not hasattr(depth_multiplier, "__index__") or depth_multiplier < 1:
            raise ValueError(
                f"{type(self).__name__}: `depth_multiplier` must be a positive integer. Received: depth_multiplier={depth_multiplier}."
            )
        self.depth_multiplier = int(depth_multiplier)

    def build(self, input_shape):
        channels = self._channels(input_shape)
        self._weight("depthwise", (*self.kernel_size, channels, self.depth_multiplier))
        self._built_for(channels, channels * self.depth_multiplier, input_shape)

    def _convolve(self, x, activation):
        return depthwise_conv(x, self.depthwise_kernel, self.bias, activation=activation, **self._window())

    def _output_filters(self, channels):
        return channels * self.depth_multiplier

    def get_config(self):
        return {**super().get_config(), "groups": 1, "depth_multiplier": self.depth_multiplier}


class _Separable(_Depthwise):
    """`activation(pointwise(depthwise(x)) + bias)`."""

    weight_kinds = ("depthwise", "pointwise")

    def build(self, input_shape):
        channels = self._channels(input_shape)
        self._weight("depthwise", (*self.kernel_size, channels, self.depth_multiplier))
        ones = (1,) * self.rank
        self._weight("pointwise", (*ones, channels * self.depth_multiplier, self.filters))
        self._built_for(channels, self.filters, input_shape)

    def _convolve(self, x, activation):
        y = depthwise_conv(x, self.depthwise_kernel, **self._window())
        return conv.conv(y, self.pointwise_kernel, self.bias, activation=activation)

    def _output_filters(self, channels):
        return self.filters

    def get_config(self):
        unused = {
            "kernel_initializer": initializers.serialize(initializers.get("glorot_uniform"))
        }  # as tf.keras has it
        unused |= {"kernel_regularizer": None, "kernel_constraint": None}
        return {**super().get_config(), "filters": self.filters, **unused}


class DepthwiseConv1D(_Depthwise):
    """What each channel's windows have in common with that channel's own filters.

    Args:
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels from window to window.
        padding: "valid", windows stay inside; "same", as many windows as pixels / stride.
        depth_multiplier: filters of each channel.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        activation, use_bias, depthwise_*, bias_*, activity_regularizer: as of Conv1D.
    Input shape:
        (N, ..., steps, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and channels * `depth_multiplier` channels.
    """

    rank = 1

    def __init__(
        self, kernel_size, strides=1, padding="valid", depth_multiplier=1, data_format=None, dilation_rate=1,
        activation=None, use_bias=True, depthwise_initializer="glorot_uniform", bias_initializer="zeros",
        depthwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
        bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_multiplier(depth_multiplier)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())


class DepthwiseConv2D(_Depthwise):
    """What each channel's windows have in common with that channel's own filters.

    Args:
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels from window to window.
        padding: "valid", windows stay inside; "same", as many windows as pixels / stride.
        depth_multiplier: filters of each channel.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        activation, use_bias, depthwise_*, bias_*, activity_regularizer: as of Conv2D.
    Input shape:
        (N, ..., rows, columns, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and channels * `depth_multiplier` channels.
    """

    rank = 2

    def __init__(
        self, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, data_format=None, dilation_rate=(1, 1),
        activation=None, use_bias=True, depthwise_initializer="glorot_uniform", bias_initializer="zeros",
        depthwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
        bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_multiplier(depth_multiplier)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())


class SeparableConv1D(_Separable):
    """A depthwise convolution, then one of 1 pixel that mixes the channels.

    Args:
        filters: channels of the output, positive.
        kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier: as of DepthwiseConv1D; "causal" as well.
        activation, use_bias, bias_*, activity_regularizer: as of Conv1D.
        depthwise_*, pointwise_*: of the two kernels.
    Input shape:
        (N, ..., steps, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and `filters` channels.
    """

    rank = 1
    paddings = ("valid", "same", "causal")

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
        depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform", bias_initializer="zeros", depthwise_regularizer=None,
        pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
        pointwise_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters)
        self._take_multiplier(depth_multiplier)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())


class SeparableConv2D(_Separable):
    """A depthwise convolution, then one of 1 pixel that mixes the channels.

    Args:
        filters: channels of the output, positive.
        kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier: as of DepthwiseConv2D.
        activation, use_bias, bias_*, activity_regularizer: as of Conv2D.
        depthwise_*, pointwise_*: of the two kernels.
    Input shape:
        (N, ..., rows, columns, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and `filters` channels.
    """

    rank = 2

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1),
        depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform", bias_initializer="zeros", depthwise_regularizer=None,
        pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
        pointwise_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters)
        self._take_multiplier(depth_multiplier)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())
