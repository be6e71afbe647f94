"""What convolution layers share: arguments, weights, configuration, channels first."""

from __future__ import annotations

import warnings

from pyseq import activations, constraints, initializers, regularizers
from pyseq.layers.base import Layer
from pyseq.layers.image_arguments import normalized_format, normalized_tuple
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.symbolic_call import shape_of
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops
from pyseq.ops.check import is_integer


def drop_defaults(who, kwargs):
    """Take out of `kwargs` what tf.keras takes beyond a layer's own arguments: groups=1, and what would be of a `kernel`.

    Depthwise and separable layers have no weight of that name; programs that set its initializer run, and are told.
    """
    groups = kwargs.pop("groups", 1)
    if groups != 1:
        raise ValueError(f"{who}: `groups` must be 1. Received: groups={groups}.")
    if "depthwise" not in who.lower() and "separable" not in who.lower():
        return
    initializer = initializers.get(kwargs.pop("kernel_initializer", "glorot_uniform"))
    set_ = [k for k in ("kernel_regularizer", "kernel_constraint") if kwargs.pop(k, None) is not None]
    if not isinstance(initializer, initializers.GlorotUniform):
        set_.append("kernel_initializer")
    if set_:
        warnings.warn(
            f"{who}: {', '.join(set_)} without effect, since there is no weight `kernel`. Name the depthwise or pointwise one.",
            stacklevel=3,
        )


def output_extent(extent, kernel, stride, padding, dilation):
    """Pixels of the output along one axis; None for None."""
    if extent is None:
        return None
    reach = (kernel - 1) * dilation + 1
    return -(-extent // stride) if padding in ("same", "causal") else (extent - reach) // stride + 1


def transposed_extent(extent, kernel, stride, padding, dilation, output_padding):
    """Pixels along one axis of what a convolution makes `extent` pixels of; None for None."""
    if extent is None:
        return None
    reach = (kernel - 1) * dilation + 1
    if output_padding is None:
        return extent * stride + (max(reach - stride, 0) if padding == "valid" else 0)
    return (extent - 1) * stride + reach - (2 * (reach // 2) if padding == "same" else 0) + output_padding


class Convolution(Layer):
    """What all convolutions have: `rank` axes, a window, a bias, an activation. Subclasses say which weights and which op."""

    _takes_one_tensor = True

    rank = 2
    paddings = ("valid", "same")
    weight_kinds = ("kernel",)  # whose initializer, regularizer and constraint are arguments

    def _take(self, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, arguments):
        """Keep the arguments; `arguments` has `<weight>_initializer`, `_regularizer` and `_constraint` of all weights."""
        self.kernel_size = normalized_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = normalized_tuple(strides, self.rank, "strides")
        self.dilation_rate = normalized_tuple(dilation_rate, self.rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )
        self.padding = str(padding).lower()
        if self.padding not in self.paddings:
            raise ValueError(
                f"The `padding` argument of {type(self).__name__} must be one of {', '.join(map(repr, self.paddings))}. "
                f"Received: padding={padding}"
            )
        self.data_format = normalized_format(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        for kind in (*self.weight_kinds, "bias"):
            setattr(self, f"{kind}_initializer", initializers.get(arguments[f"{kind}_initializer"]))
            setattr(self, f"{kind}_regularizer", regularizers.get(arguments[f"{kind}_regularizer"]))
            setattr(self, f"{kind}_constraint", constraints.get(arguments[f"{kind}_constraint"]))
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    @property
    def _channel_axis(self):
        return -1 - self.rank if self.data_format == "channels_first" else -1

    def _channels(self, input_shape):
        if len(input_shape) < self.rank + 2:
            raise ValueError(
                f'Input 0 of layer "{self.name}" is incompatible with the layer: expected min_ndim={self.rank + 2}, found '
                f"ndim={len(input_shape)}. Full shape received: {tuple(input_shape)}"
            )
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise ValueError(
                "The channel dimension of the inputs should be defined. The input_shape received is "
                f"{tuple(input_shape)}, where axis {self._channel_axis} (0-based) is the channel dimension, which found to be `None`."
            )
        return channels

    def _weight(self, kind, shape):
        weight = self.add_weight(
            kind if kind in ("kernel", "bias") else f"{kind}_kernel", shape,
            initializer=getattr(self, f"{kind}_initializer"), regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )  # fmt: skip
        setattr(self, kind if kind in ("kernel", "bias") else f"{kind}_kernel", weight)

    def _built_for(self, channels, filters, input_shape):
        self.bias = None
        if self.use_bias:
            self._weight("bias", (filters,))
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={self._channel_axis: channels})
        Layer.build(self, input_shape)

    def call(self, inputs):
        if inputs.dtype is not self._dtype:
            inputs = elementwise.cast(inputs, self._dtype)
        first = self.data_format == "channels_first"
        x = shape_ops.moveaxis(inputs, self._channel_axis, -1) if first else inputs
        fused = activations.fused_name(self.activation)
        try:
            y = self._convolve(x, fused or "linear")
        except ValueError as error:
            if None in shape_of(inputs):  # a model is being made: in its own words, None for the batch
                self.compute_output_shape(shape_of(inputs))
            raise ValueError(f'Layer "{self.name}": {error}') from None
        if first:
            y = shape_ops.moveaxis(y, -1, self._channel_axis)
        return y if fused is not None else self.activation(y)

    def _window(self):
        return {"strides": self.strides, "padding": self.padding, "dilations": self.dilation_rate}

    def _extents(self, extents):
        window = zip(extents, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        return [output_extent(n, k, s, self.padding, d) for n, k, s, d in window]

    def _output_filters(self, channels):
        return self.filters

    def compute_output_shape(self, input_shape):
        input_shape = tuple(input_shape)
        channels, axis = self._channels(input_shape), self._channel_axis
        last = input_shape if axis == -1 else (*input_shape[:axis], *input_shape[axis + 1 :], channels)
        extents = self._extents(last[-1 - self.rank : -1])
        if any(n is not None and n <= 0 for n in extents):
            raise ValueError(
                f"One of the dimensions in the output is <= 0 due to downsampling in {self.name}. Consider increasing the input "
                f'size, or padding="same". Received input shape {input_shape} which would produce output shape with a zero or '
                "negative value in a dimension."
            )
        lead, filters = last[: -1 - self.rank], self._output_filters(channels)
        return (*lead, *extents, filters) if axis == -1 else (*lead, filters, *extents)

    def get_config(self):
        config_ = {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }
        for kind in (*self.weight_kinds, "bias"):
            config_[f"{kind}_initializer"] = initializers.serialize(getattr(self, f"{kind}_initializer"))
            config_[f"{kind}_regularizer"] = regularizers.serialize(getattr(self, f"{kind}_regularizer"))
            config_[f"{kind}_constraint"] = constraints.serialize(getattr(self, f"{kind}_constraint"))
        return config_

    def _take_filters(self, filters, groups=1):
        groups = 1 if groups is None else groups
        filters = int(filters) if isinstance(filters, float) and filters.is_integer() else filters  # 32 * 0.5
        if isinstance(filters, bool) or not is_integer(filters) or int(filters) <= 0:
            raise ValueError(
                f"Invalid value for argument `filters`. Expected a strictly positive value. Received filters={filters}."
            )
        if not is_integer(groups) or int(groups) <= 0 or int(filters) % int(groups):
            raise ValueError(
                "The number of filters must be evenly divisible by the number of groups. "
                f"Received: groups={groups}, filters={filters}."
            )
        self.filters, self.groups = int(filters), int(groups)
