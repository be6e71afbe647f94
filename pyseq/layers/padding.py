"""Layers that add zeros around images, or cut edges off."""

from __future__ import annotations

from pyseq.layers.base import Layer
from pyseq.layers.image_arguments import normalized_format, normalized_tuple
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.symbolic_call import shape_of
from pyseq.ops import edges
from pyseq.ops.check import is_integer

ENTRIES = ("1st", "2nd", "3rd")


def pairs(value, rank, name):
    """((before, after), ...) of an integer, of one for each axis, or of pairs.

    Raises:
        ValueError: something else; negative numbers.
    """
    if is_integer(value):
        return tuple(normalized_tuple(value, 2, name, allow_zero=True) for _ in range(rank))
    if not hasattr(value, "__len__"):
        raise ValueError(
            f"`{name}` should be either an int, a tuple of {rank} ints, or a tuple of {rank} tuples of 2 ints, before and after "
            f"each axis. Received: {value}."
        )
    if len(value) != rank:
        raise ValueError(f"`{name}` should have {'two' if rank == 2 else rank} elements. Received: {value}.")
    return tuple(
        normalized_tuple(v, 2, f"{entry} entry of {name}", allow_zero=True)
        for entry, v in zip(ENTRIES, value, strict=False)
    )


class _Edges(Layer):
    """Base: `_rank` axes of an image, whose edges move by pairs of integers."""

    _takes_one_tensor = True

    _rank: int

    def _keep_format(self, data_format):
        self.data_format = normalized_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    @property
    def _first_axis(self):
        return 1 if self.data_format == "channels_last" else 2

    def _by_axis(self, around):
        """(axis of the input, (before, after)) for each axis of the image."""
        return [(k + self._first_axis, edge) for k, edge in enumerate(around)]

    def _moved(self, input_shape, around, sign):
        found = list(input_shape)
        for axis, (before, after) in self._by_axis(around):
            if found[axis] is not None:
                found[axis] += sign * (before + after)
        return tuple(found)


class _ZeroPadding(_Edges):
    def call(self, inputs):
        return edges.move_edges(inputs, self._edges, self._first_axis)

    @property
    def _edges(self):
        return self.padding

    def compute_output_shape(self, input_shape):
        return self._moved(input_shape, self._edges, 1)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}


class _Cropping(_Edges):
    def call(self, inputs):
        for axis, edge in self._by_axis(self._edges):
            if sum(edge) >= inputs.shape[axis]:
                raise ValueError(
                    f'Layer "{self.name}": `cropping` must leave something of the input. Received: '
                    f"inputs.shape={tuple(shape_of(inputs))}, and cropping={self.cropping}"
                )
        inwards = [(-before, -after) for before, after in self._edges]
        return edges.move_edges(inputs, inwards, self._first_axis)

    @property
    def _edges(self):
        return self.cropping

    def compute_output_shape(self, input_shape):
        return self._moved(input_shape, self._edges, -1)

    def get_config(self):
        return {**super().get_config(), "cropping": self.cropping, "data_format": self.data_format}


def _without_format(config):
    return {k: v for k, v in config.items() if k != "data_format"}


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after the steps.

    Args:
        padding: how many: an integer, or (before, after).
    Input shape, output shape:
        (N, steps, C); (N, before + steps + after, C).
    """

    _rank = 1

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.padding = normalized_tuple(padding, 2, "padding", allow_zero=True)
        self._keep_format("channels_last")

    @property
    def _edges(self):
        return (self.padding,)

    def get_config(self):
        return _without_format(super().get_config())


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images.

    Args:
        padding: how many: an integer; (height, width), each on both sides; or ((top, bottom), (left, right)).
        data_format: "channels_last" (N, H, W, C) or "channels_first" (N, C, H, W); `image_data_format()` by default.
    """

    _rank = 2

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._keep_format(data_format)
        self.padding = pairs(padding, 2, "padding")


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes.

    Args:
        padding: how many: an integer; one for each axis, on both sides; or three pairs (before, after).
        data_format: "channels_last" (N, D, H, W, C) or "channels_first" (N, C, D, H, W); `image_data_format()` by default.
    """

    _rank = 3

    def __init__(self, padding=(1, 1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._keep_format(data_format)
        self.padding = pairs(padding, 3, "padding")


class Cropping1D(_Cropping):
    """Cuts steps off.

    Args:
        cropping: how many: an integer, or (before, after).
    Input shape, output shape:
        (N, steps, C); (N, steps - before - after, C).
    """

    _rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(**kwargs)
        self.cropping = normalized_tuple(cropping, 2, "cropping", allow_zero=True)
        self._keep_format("channels_last")

    @property
    def _edges(self):
        return (self.cropping,)

    def get_config(self):
        return _without_format(super().get_config())


class Cropping2D(_Cropping):
    """Cuts the edges of images off.

    Args:
        cropping: how much: an integer; (height, width), each on both sides; or ((top, bottom), (left, right)).
        data_format: "channels_last" (N, H, W, C) or "channels_first" (N, C, H, W); `image_data_format()` by default.
    """

    _rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._keep_format(data_format)
        self.cropping = pairs(cropping, 2, "cropping")


class Cropping3D(_Cropping):
    """Cuts the edges of volumes off.

    Args:
        cropping: how much: an integer; one for each axis, on both sides; or three pairs (before, after).
        data_format: "channels_last" (N, D, H, W, C) or "channels_first" (N, C, D, H, W); `image_data_format()` by default.
    """

    _rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self._keep_format(data_format)
        self.cropping = pairs(cropping, 3, "cropping")
