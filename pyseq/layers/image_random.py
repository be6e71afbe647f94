"""Layers that change images at random while training: flipped, cut, brighter, of another size."""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq.core import float32
from pyseq.layers.image_arguments import known_interpolation
from pyseq.layers.image_resizing import ImageLayer, _ToSize, checked_images
from pyseq.ops import color, pick, resize, shape
from pyseq.ops import elementwise as e
from pyseq.ops import random as draws


class RandomImageLayer(ImageLayer):
    """What random layers for images share. Subclasses say in `_changed(x)` what they do in training.

    A layer called by itself changes its inputs; inside a model they change in training only, as in tf.keras.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)

    def call(self, inputs, training=True):
        x = self._given(inputs)
        return self._made(self._changed(x)) if training else x

    def _changed(self, x):
        raise NotImplementedError(f'Layer "{self.name}": {type(self).__name__} must define `_changed(self, x)`.')

    def _uniform(self, extents, low, high):
        """Random numbers in [low, high), float32."""
        return draws.uniform(extents, low, high, float32, self.seed_generator.state)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


def bounds(who, name, factor):
    """(lower, upper) of a number, meaning (-factor, factor), or of a pair.

    Raises:
        ValueError: it is neither.
    """
    pair = tuple(factor) if isinstance(factor, (tuple, list)) else (-factor, factor) if is_number(factor) else ()
    if len(pair) != 2 or not all(map(is_number, pair)):
        raise ValueError(f"{who}: `{name}` must be a number or a pair of numbers. Received: {name}={factor!r}.")
    return pair


def is_number(x):
    return not isinstance(x, (bool, str)) and hasattr(x, "__float__") and not getattr(x, "shape", ())


class RandomFlip(RandomImageLayer):
    """Images mirrored, each at random.

    Args:
        mode: "horizontal" (left and right change places), "vertical" or "horizontal_and_vertical".
        seed: integer; the global seed by default.
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); the same, of the layer's dtype.
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if mode not in ("horizontal", "vertical", "horizontal_and_vertical"):
            raise ValueError(f"RandomFlip layer {self.name} received an unknown mode argument {mode}")
        self.mode = mode

    def _changed(self, x):
        checked_images(self, x)
        for name, axis in (("horizontal", -2), ("vertical", -3)):
            if name in self.mode:
                turned = draws.bernoulli((*x.shape[:-3], 1, 1, 1), 0.5, self.seed_generator.state)
                x = e.where(turned, shape.flip(x, axis), x)
        return x

    def get_config(self):
        return {**super().get_config(), "mode": self.mode, "seed": self.seed}


class RandomCrop(_ToSize, RandomImageLayer):
    """A window of the images, at a random place, the same for a batch; the middle, resized, when not training.

    Images smaller than the window are scaled up, too.

    Args:
        height, width: of the outputs, pixels.
        seed: integer; the global seed by default.
    Call arguments:
        training: cut at random (True) or take the middle (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); (N, height, width, C) or (height, width, C), of the layer's dtype.
    """

    def __init__(self, height, width, seed=None, **kwargs):
        super().__init__(height, width, seed=seed, **kwargs)

    def call(self, inputs, training=True):
        x = checked_images(self, self._given(inputs))
        rooms = x.shape[-3] - self.height, x.shape[-2] - self.width
        if not training or min(rooms) < 0:
            return self._made(resize.smart_resize(x, (self.height, self.width)))
        starts = [draws.integers((), 0, room + 1, "int32", self.seed_generator.state) for room in rooms]
        return pick.window(x, starts, (self.height, self.width), len(x.shape) - 3)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


class RandomContrast(RandomImageLayer):
    """(x - mean) * factor + mean, the factor random, the same for a batch, the mean that of each image's channel; within [0, 255].

    Args:
        factor: (lower, upper), fractions: the factor is between 1 - lower and 1 + upper; a number stands for both. lower in [0, 1].
        seed: integer; the global seed by default.
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (..., H, W, C); the same, of the layer's dtype.
    """

    def __init__(self, factor, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        pair = factor if isinstance(factor, (tuple, list)) else (factor, factor)
        lower, upper = bounds("RandomContrast", "factor", pair)
        if lower < 0 or upper < 0 or lower > 1:
            raise ValueError(
                f"`factor` argument cannot have negative values or values greater than 1. Received: factor={factor}"
            )
        self.factor, self.lower, self.upper = factor, lower, upper

    def _changed(self, x):
        x = x if x.dtype.is_floating else e.cast(x, float32)
        factor = e.cast(self._uniform((), 1 - self.lower, 1 + self.upper), x.dtype)
        return color.adjust_contrast(x, factor, 0.0, 255.0)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "seed": self.seed}


class RandomBrightness(RandomImageLayer):
    """Images brighter or darker by a random amount, each its own; within `value_range`.

    Args:
        factor: (lowest, highest) in [-1, 1], fractions of the range that are added; a number x stands for (-x, x).
        value_range: (lowest, highest) value of a pixel.
        seed: integer; the global seed by default.
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); the same, of the layer's dtype.
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        pair = (-abs(factor), abs(factor)) if is_number(factor) else factor
        if not _is_pair(pair) or not -1 <= min(pair) <= max(pair) <= 1:
            raise ValueError(
                "The `factor` argument should be a number (or a list of two numbers) in the range [-1.0, 1.0]. "
                f"Got {factor}"
            )
        if not _is_pair(value_range):
            raise ValueError(f"The `value_range` argument should be a list of two numbers. Got {value_range}")
        self._factor, self._value_range = sorted(pair), sorted(value_range)

    def _changed(self, x):
        checked_images(self, x)
        low, high = self._value_range
        x = x if x.dtype.is_floating else e.cast(x, float32)
        delta = self._uniform((*x.shape[:-3], 1, 1, 1), *self._factor)
        return e.clip(e.add(x, e.cast(e.multiply(delta, float(high - low)), x.dtype)), float(low), float(high))

    def get_config(self):
        more = {"factor": self._factor, "value_range": self._value_range, "seed": self.seed}
        return {**super().get_config(), **more}


def _is_pair(x):
    return isinstance(x, (tuple, list)) and len(x) == 2 and all(map(is_number, x))


class _RandomExtent(RandomImageLayer):
    """Base: one axis becomes longer or shorter by a random factor. `_axis`: -3 or -2."""

    _axis = -3

    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        lower, upper = bounds(type(self).__name__, "factor", factor)
        if upper < lower:
            raise ValueError(
                f"`factor` argument cannot have an upper bound lesser than the lower bound. Received: factor={factor}"
            )
        if lower < -1 or upper < -1:
            raise ValueError(f"`factor` argument must have values larger than -1. Received: factor={factor}")
        known_interpolation(interpolation)
        self.factor, self._lower, self._upper, self.interpolation = factor, lower, upper, interpolation

    def _changed(self, x):
        checked_images(self, x)
        size = list(x.shape[-3:-1])
        # How large the output is depends on the draw: a plan, whose sizes are fixed, cannot do it, and says so.
        drawn = self._uniform((), 1 + self._lower, 1 + self._upper).numpy()
        size[self._axis + 3] = max(1, int(drawn * np.float32(size[self._axis + 3])))
        return resize.resize(x, size, known_interpolation(self.interpolation))

    def compute_output_shape(self, input_shape):
        found = list(input_shape)
        found[self._axis] = None
        return tuple(found)

    def get_config(self):
        more = {"factor": self.factor, "interpolation": self.interpolation, "seed": self.seed}
        return {**super().get_config(), **more}


class RandomHeight(_RandomExtent):
    """Images higher or lower by a random factor, the same for a batch.

    Since the size of the outputs is random, the steps of a model with this layer train as Python code; in a Dataset's `map`,
    and when not training, it needs nothing.

    Args:
        factor: (lower, upper), fractions of the height: it is multiplied by a number between 1 + lower and 1 + upper; a number
            stands for (-factor, factor).
        interpolation: as of Resizing.
        seed: integer; the global seed by default.
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); (N, random, W, C) or (random, W, C), of the layer's dtype.
    """

    _axis = -3


class RandomWidth(_RandomExtent):
    """Images wider or narrower by a random factor, the same for a batch.

    All as of RandomHeight, along the other axis.
    """

    _axis = -2
