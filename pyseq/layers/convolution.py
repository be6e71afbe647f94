"""Convolution layers of one, two and three axes."""

from __future__ import annotations

from pyseq.layers.convolution_base import Convolution
from pyseq.ops import conv


class _Conv(Convolution):
    """`activation(conv(x, kernel) + bias)`."""

    def build(self, input_shape):
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by the number of groups. Received "
                f"groups={self.groups}, but the input has {channels} channels (full input shape is {tuple(input_shape)})."
            )
        self._weight("kernel", (*self.kernel_size, channels // self.groups, self.filters))
        self._built_for(channels, self.filters, input_shape)

    def _convolve(self, x, activation):
        return conv.conv(x, self.kernel, self.bias, groups=self.groups, activation=activation, **self._window())

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "groups": self.groups}


class Conv1D(_Conv):
    """What each window of a sequence has in common with each of `filters` filters.

    Args:
        filters: channels of the output, positive.
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels from window to window.
        padding: "valid", windows stay inside; "same", as many windows as pixels / stride; "causal", none looks ahead.
        data_format: "channels_last" or "channels_first".
        dilation_rate: pixels from tap to tap.
        groups: filters of a group see the channels of that group alone.
        activation: name or function; none by default.
        use_bias: add a bias?
        kernel_initializer, bias_initializer: name, object or function.
        kernel_regularizer, bias_regularizer: penalty on the weights, added to the loss.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.
    Input shape:
        (N, ..., steps, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and `filters` channels.
    Example:
        >>> import numpy as np
        >>> Conv1D(4, 3)(np.ones((2, 8, 3), "float32")).shape
        (2, 6, 4)
    """

    rank = 1
    paddings = ("valid", "same", "causal")

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1, groups=1,
        activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters, groups)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())


class Conv2D(_Conv):
    """What each window of an image has in common with each of `filters` filters.

    Args:
        filters: channels of the output, positive.
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels from window to window.
        padding: "valid", windows stay inside; "same", as many windows as pixels / stride.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        groups: filters of a group see the channels of that group alone.
        activation: name or function; none by default.
        use_bias: add a bias?
        kernel_initializer, bias_initializer: name, object or function.
        kernel_regularizer, bias_regularizer: penalty on the weights, added to the loss.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.
    Input shape:
        (N, ..., rows, columns, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and `filters` channels.
    Example:
        >>> import numpy as np
        >>> Conv2D(4, 3)(np.ones((2, 8, 8, 3), "float32")).shape
        (2, 6, 6, 4)
    """

    rank = 2

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1), groups=1,
        activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters, groups)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())


class Conv3D(_Conv):
    """What each window of a volume has in common with each of `filters` filters.

    Args:
        filters: channels of the output, positive.
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels from window to window.
        padding: "valid", windows stay inside; "same", as many windows as pixels / stride.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        groups: filters of a group see the channels of that group alone.
        activation: name or function; none by default.
        use_bias: add a bias?
        kernel_initializer, bias_initializer: name, object or function.
        kernel_regularizer, bias_regularizer: penalty on the weights, added to the loss.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.
    Input shape:
        (N, ..., depth, rows, columns, channels); channels before the axes if channels_first.
    Output shape:
        The same with other extents and `filters` channels.
    Example:
        >>> import numpy as np
        >>> Conv3D(4, 3)(np.ones((2, 8, 8, 8, 3), "float32")).shape
        (2, 6, 6, 6, 4)
    """

    rank = 3

    def __init__(
        self, filters, kernel_size, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1), groups=1,
        activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters, groups)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())
