"""Transposed convolution layers: the gradient of a convolution as a layer."""

from __future__ import annotations

from pyseq.layers.convolution_base import Convolution, drop_defaults, transposed_extent
from pyseq.layers.image_arguments import normalized_tuple
from pyseq.ops import conv


class _ConvTranspose(Convolution):
    """`activation(conv_transpose(x, kernel) + bias)`; the kernel is (*window, filters, channels)."""

    def _take_output_padding(self, output_padding):
        self.output_padding = None
        if output_padding is None:
            return
        self.output_padding = normalized_tuple(output_padding, self.rank, "output_padding", allow_zero=True)
        if any(s <= p for s, p in zip(self.strides, self.output_padding, strict=True)):
            raise ValueError(
                "Strides must be greater than output padding. "
                f"Received strides={self.strides}, output_padding={self.output_padding}."
            )

    def build(self, input_shape):
        channels = self._channels(input_shape)
        self._weight("kernel", (*self.kernel_size, self.filters, channels))
        self._built_for(channels, self.filters, input_shape)

    def _extents(self, extents):
        output_padding = self.output_padding or (None,) * self.rank
        window = zip(extents, self.kernel_size, self.strides, self.dilation_rate, output_padding, strict=True)
        return [transposed_extent(n, k, s, self.padding, d, p) for n, k, s, d, p in window]

    def _convolve(self, x, activation):
        to = self._extents(x.shape[-1 - self.rank : -1])
        return conv.conv_transpose(x, self.kernel, to, self.bias, activation=activation, **self._window())

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "groups": 1, "output_padding": self.output_padding}


class Conv1DTranspose(_ConvTranspose):
    """Each pixel of a sequence lays `filters` windows into a larger one: the gradient of Conv1D.

    Args:
        filters: channels of the output, positive.
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels of the output from window to window.
        padding: "valid" or "same", of the convolution this is the gradient of.
        output_padding: pixels added behind, below `strides`; by default the extent is guessed from the input's.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        activation, use_bias, kernel_*, bias_*, activity_regularizer: as of Conv1D.
    Input shape:
        (N, ..., steps, channels); channels before the axes if channels_first.
    Output shape:
        The same with larger extents and `filters` channels.
    """

    rank = 1

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", output_padding=None, data_format=None,
        dilation_rate=1, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())
        self._take_output_padding(output_padding)


class Conv2DTranspose(_ConvTranspose):
    """Each pixel of an image lays `filters` windows into a larger one: the gradient of Conv2D.

    Args:
        filters: channels of the output, positive.
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels of the output from window to window.
        padding: "valid" or "same", of the convolution this is the gradient of.
        output_padding: pixels added behind, below `strides`; by default the extent is guessed from the input's.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        activation, use_bias, kernel_*, bias_*, activity_regularizer: as of Conv2D.
    Input shape:
        (N, ..., rows, columns, channels); channels before the axes if channels_first.
    Output shape:
        The same with larger extents and `filters` channels.
    """

    rank = 2

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", output_padding=None, data_format=None,
        dilation_rate=(1, 1), activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())
        self._take_output_padding(output_padding)


class Conv3DTranspose(_ConvTranspose):
    """Each pixel of a volume lays `filters` windows into a larger one: the gradient of Conv3D.

    Args:
        filters: channels of the output, positive.
        kernel_size: pixels of the window; a number or one for each axis.
        strides: pixels of the output from window to window.
        padding: "valid" or "same", of the convolution this is the gradient of.
        output_padding: pixels added behind, below `strides`; by default the extent is guessed from the input's.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: pixels from tap to tap.
        activation, use_bias, kernel_*, bias_*, activity_regularizer: as of Conv3D.
    Input shape:
        (N, ..., depth, rows, columns, channels); channels before the axes if channels_first.
    Output shape:
        The same with larger extents and `filters` channels.
    """

    rank = 3

    def __init__(
        self, filters, kernel_size, strides=(1, 1, 1), padding="valid", output_padding=None, data_format=None,
        dilation_rate=(1, 1, 1), activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        drop_defaults(type(self).__name__, kwargs)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self._take_filters(filters)
        self._take(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, locals())
        self._take_output_padding(output_padding)

    def get_config(self):
        """As tf.keras writes it: without the dilation, which it does not read; with one, since a copy must have it."""
        config = super().get_config()
        if self.dilation_rate == (1, 1, 1):
            del config["dilation_rate"]
        return config
