"""Pooling layers: the largest or the mean of windows, or of the whole image."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.image_arguments import normalized_format, normalized_padding, normalized_tuple
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.symbolic_call import shape_of
from pyseq.ops import elementwise, pool, reduce, shape

ARGUMENTS = """

    Args:
        pool_size: extents of the windows, an integer or one for each axis.
        strides: steps between windows, likewise; `pool_size` by default.
        padding: "valid": windows inside the input; "same": ceil(extent / stride) of them, which may reach over the edges.
        data_format: "channels_last" {last} or "channels_first" {first}{default}.
    Input shape, output shape:
        As data_format says; the axes between hold one element for each window.
"""
SHAPES = {
    1: {"last": "(N, steps, C)", "first": "(N, C, steps)", "default": ""},
    2: {"last": "(N, H, W, C)", "first": "(N, C, H, W)", "default": "; `image_data_format()` by default"},
    3: {"last": "(N, D, H, W, C)", "first": "(N, C, D, H, W)", "default": "; `image_data_format()` by default"},
}


class _Pooling(Layer):
    """Base of the layers with windows. Subclasses have `_rank`, axes of an image, and `_function`, an op."""

    _takes_one_tensor = True

    _rank: int
    _function = None

    def _keep(self, pool_size, strides, padding, data_format):
        self.pool_size = normalized_tuple(pool_size, self._rank, "pool_size")
        strides = pool_size if strides is None else strides
        self.strides = normalized_tuple(strides, self._rank, "strides", allow_zero=True)
        self.padding = normalized_padding(padding)
        self.data_format = normalized_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def call(self, inputs):
        if 0 in self.strides:
            raise ValueError(f'Layer "{self.name}": `strides` must be positive. Received: strides={self.strides}.')
        self._check_window(shape_of(inputs))
        return type(self)._function(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def _check_window(self, input_shape):
        image = input_shape[1:-1] if self.data_format == "channels_last" else input_shape[2:]
        if self.padding == "valid" and any(k > extent for k, extent in zip(self.pool_size, image, strict=True)):
            raise ValueError(
                f'Layer "{self.name}": `pool_size` must not be larger than the images of {tuple(image)} that come in. '
                f'Received: pool_size={self.pool_size}, input shape {tuple(input_shape)}. Use padding="same", or larger images.'
            )

    def compute_output_shape(self, input_shape):
        last = self.data_format == "channels_last"
        n, *image = input_shape[:-1] if last else (input_shape[0], *input_shape[2:])
        reach = (0,) * self._rank if self.padding == "same" else tuple(k - 1 for k in self.pool_size)
        windows = [
            None if extent is None else (extent - r + stride - 1) // stride
            for extent, r, stride in zip(image, reach, self.strides, strict=True)
        ]
        return (n, *windows, input_shape[-1]) if last else (n, input_shape[1], *windows)

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "padding": self.padding,
            "strides": self.strides,
            "data_format": self.data_format,
        }


class MaxPooling1D(_Pooling):
    __doc__ = "The largest of each window of steps." + ARGUMENTS.format(**SHAPES[1])
    _rank, _function = 1, staticmethod(pool.max_pool)

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format="channels_last", **kwargs):
        super().__init__(**kwargs)
        self._keep(pool_size, strides, padding, data_format)


class MaxPooling2D(_Pooling):
    __doc__ = "The largest of each window of pixels." + ARGUMENTS.format(**SHAPES[2])
    _rank, _function = 2, staticmethod(pool.max_pool)

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._keep(pool_size, strides, padding, data_format)


class MaxPooling3D(_Pooling):
    __doc__ = "The largest of each window of a volume." + ARGUMENTS.format(**SHAPES[3])
    _rank, _function = 3, staticmethod(pool.max_pool)

    def __init__(self, pool_size=(2, 2, 2), strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._keep(pool_size, strides, padding, data_format)


class AveragePooling1D(MaxPooling1D):
    __doc__ = "The mean of each window of steps, over those inside the input." + ARGUMENTS.format(**SHAPES[1])
    _function = staticmethod(pool.avg_pool)


class AveragePooling2D(MaxPooling2D):
    __doc__ = "The mean of each window of pixels, over those inside the input." + ARGUMENTS.format(**SHAPES[2])
    _function = staticmethod(pool.avg_pool)


class AveragePooling3D(MaxPooling3D):
    __doc__ = "The mean of each window of a volume, over what is inside the input." + ARGUMENTS.format(**SHAPES[3])
    _function = staticmethod(pool.avg_pool)


class _GlobalPooling(Layer):
    """Base of the layers that pool whole images. Subclasses have `_rank` and `_function`, a reduction."""

    _takes_one_tensor = True

    _rank: int
    _function = None

    def _keep(self, data_format, keepdims):
        self.input_spec = InputSpec(ndim=self._rank + 2)
        self.data_format = normalized_format(data_format)
        self.keepdims = keepdims

    @property
    def _axes(self):
        start = 1 if self.data_format == "channels_last" else 2
        return tuple(range(start, start + self._rank))

    def build(self, input_shape):
        for axis in self._axes:
            if len(input_shape) == self._rank + 2 and input_shape[axis] == 0:
                raise ValueError(
                    f"Incorrect input shape {list(input_shape)} with dimension 0 at reduction axis {axis}."
                )
        super().build(input_shape)

    def call(self, inputs):
        return type(self)._function(inputs, self._axes, self.keepdims)

    def compute_output_shape(self, input_shape):
        axes = self._axes
        if self.keepdims:
            return TensorShape(1 if k in axes else extent for k, extent in enumerate(input_shape))
        return TensorShape(extent for k, extent in enumerate(input_shape) if k not in axes)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format, "keepdims": self.keepdims}


GLOBAL_ARGUMENTS = """

    Args:
        data_format: "channels_last" {last} or "channels_first" {first}{default}.
        keepdims: keep the axes of the image, with extent 1?
    Output shape:
        (N, C), or with axes of extent 1 between.
"""


class GlobalMaxPooling1D(_GlobalPooling):
    __doc__ = "The largest of each channel's steps." + GLOBAL_ARGUMENTS.format(**SHAPES[1])
    _rank, _function = 1, staticmethod(reduce.max)

    def __init__(self, data_format="channels_last", keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self._keep(data_format, keepdims)


class GlobalMaxPooling2D(_GlobalPooling):
    __doc__ = "The largest of each channel's pixels." + GLOBAL_ARGUMENTS.format(**SHAPES[2])
    _rank, _function = 2, staticmethod(reduce.max)

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self._keep(data_format, keepdims)


class GlobalMaxPooling3D(GlobalMaxPooling2D):
    __doc__ = "The largest of each channel's volume." + GLOBAL_ARGUMENTS.format(**SHAPES[3])
    _rank = 3


class GlobalAveragePooling1D(GlobalMaxPooling1D):
    __doc__ = "The mean of each channel's steps; under a mask, of the steps it keeps." + GLOBAL_ARGUMENTS.format(
        **SHAPES[1]
    )
    _function = staticmethod(reduce.mean)

    def __init__(self, data_format="channels_last", keepdims=False, **kwargs):
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        mask = shape.expand_dims(elementwise.cast(as_tensor(mask), inputs.dtype), 2 if self._axes == (1,) else 1)
        total = reduce.sum(elementwise.multiply(inputs, mask), self._axes, self.keepdims)
        return elementwise.divide(total, reduce.sum(mask, self._axes, self.keepdims))

    def compute_mask(self, inputs, mask=None):
        return None


class GlobalAveragePooling2D(GlobalMaxPooling2D):
    __doc__ = "The mean of each channel's pixels." + GLOBAL_ARGUMENTS.format(**SHAPES[2])
    _function = staticmethod(reduce.mean)


class GlobalAveragePooling3D(GlobalMaxPooling3D):
    __doc__ = "The mean of each channel's volume." + GLOBAL_ARGUMENTS.format(**SHAPES[3])
    _function = staticmethod(reduce.mean)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
