"""Dropout of whole feature maps."""

from __future__ import annotations

from pyseq.core import config
from pyseq.layers.dropout import Dropout
from pyseq.layers.input_spec import InputSpec


class SpatialDropout(Dropout):
    """Dropout whose mask is one number for each sample and channel."""

    rank = None  # axes of an input

    def __init__(self, rate, data_format=None, **kwargs):
        super().__init__(rate, **kwargs)
        data_format = data_format or config.image_data_format()
        if data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                f'`data_format` must be "channels_last" or "channels_first". Received: data_format={data_format}.'
            )
        self.data_format = data_format
        self.input_spec = InputSpec(ndim=self.rank)

    def _mask_shape(self, shape):
        inner = (1,) * (self.rank - 2)
        if self.data_format == "channels_first":
            return (shape[0], shape[1], *inner)
        return (shape[0], *inner, shape[-1])


class SpatialDropout1D(SpatialDropout):
    """Sets whole channels of sequences to zero and scales the others by 1 / (1 - rate), while training.

    Args:
        rate: fraction in [0, 1] of the channels.
    Call arguments:
        training: drop (True) or pass through (False)? By default, as the model is called.
    Input shape, output shape:
        (N, steps, channels); the same.
    Source: Tompson et al., 2015, "Efficient object localization using convolutional networks".
    """

    rank = 3

    def __init__(self, rate, **kwargs):
        super().__init__(rate, data_format="channels_last", **kwargs)


class SpatialDropout2D(SpatialDropout):
    """Sets whole channels of images to zero and scales the others by 1 / (1 - rate), while training.

    Args:
        rate: fraction in [0, 1] of the channels.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
    Call arguments:
        training: drop (True) or pass through (False)? By default, as the model is called.
    Input shape, output shape:
        (N, H, W, channels) or (N, channels, H, W); the same.
    Source: Tompson et al., 2015, "Efficient object localization using convolutional networks".
    """

    rank = 4


class SpatialDropout3D(SpatialDropout):
    """Sets whole channels of volumes to zero and scales the others by 1 / (1 - rate), while training.

    Args:
        rate: fraction in [0, 1] of the channels.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
    Call arguments:
        training: drop (True) or pass through (False)? By default, as the model is called.
    Input shape, output shape:
        (N, D, H, W, channels) or (N, channels, D, H, W); the same.
    Source: Tompson et al., 2015, "Efficient object localization using convolutional networks".
    """

    rank = 5
