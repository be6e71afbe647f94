"""Layers that turn, move and stretch images at random while training."""

from __future__ import annotations

import math

from pyseq.layers.image_random import RandomImageLayer, bounds
from pyseq.layers.image_resizing import checked_images
from pyseq.ops import affine, shape
from pyseq.ops import elementwise as e


class _RandomAffine(RandomImageLayer):
    """Base: subclasses say in `_transforms(n, height, width)` where pixels come from: eight numbers or tensors (n,)."""

    def __init__(self, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if fill_mode not in affine.FILL_MODES:
            raise NotImplementedError(
                f"Unknown `fill_mode` {fill_mode}. Only `reflect`, `wrap`, `constant` and `nearest` are supported."
            )
        if interpolation not in affine.INTERPOLATIONS:
            raise NotImplementedError(
                f"Unknown `interpolation` {interpolation}. Only `nearest` and `bilinear` are supported."
            )
        self.fill_mode, self.interpolation, self.fill_value = fill_mode, interpolation, fill_value

    def _changed(self, x):
        checked_images(self, x)
        images = x if len(x.shape) == 4 else shape.expand_dims(x, 0)
        transforms = self._rows(images.shape[0], self._transforms(*images.shape[:3]))
        y = affine.affine(images, transforms, None, self.fill_mode, self.interpolation, self.fill_value)
        return y if len(x.shape) == 4 else shape.squeeze(y, 0)

    def _rows(self, n, columns):
        """(n, 8) of eight columns."""
        columns = [shape.full((n,), c, "float32") if isinstance(c, (int, float)) else c for c in columns]
        return shape.stack(columns, 1)

    def _transforms(self, n, height, width):
        raise NotImplementedError(f"{type(self).__name__} must define `_transforms(self, n, height, width)`.")

    def get_config(self):
        more = {
            "fill_mode": self.fill_mode, "fill_value": self.fill_value, "interpolation": self.interpolation, "seed": self.seed,
        }  # fmt: skip
        return {**super().get_config(), **more}


def _centred(extent, scale):
    """The offset that keeps the middle of an axis where it is when places are multiplied by `scale`."""
    return e.multiply(e.subtract(1.0, scale), (extent - 1.0) / 2.0)


class RandomRotation(_RandomAffine):
    """Images turned about their middle by random angles, each its own.

    Args:
        factor: (lowest, highest) angle, fractions of a whole turn, counter-clockwise; a number x stands for (-x, x).
        fill_mode: what is outside of an image: "reflect" (d c b a | a b c d | d c b a), "constant" (fill_value), "wrap"
            (a b c d | a b c d | a b c d) or "nearest" (a a a a | a b c d | d d d d).
        interpolation: "nearest" pixel, or "bilinear" between four.
        seed: integer; the global seed by default.
        fill_value: what is outside with fill_mode="constant".
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); the same, of the layer's dtype.
    """

    def __init__(
        self, factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0, **kwargs
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, **kwargs)
        self.lower, self.upper = bounds("RandomRotation", "factor", factor)
        if self.upper < self.lower:
            raise ValueError(f"`factor` argument cannot have a negative value. Received: factor={factor}")
        self.factor = factor

    def _transforms(self, n, height, width):
        angle = self._uniform((n,), self.lower * 2 * math.pi, self.upper * 2 * math.pi)
        cos, sin = e.cos(angle), e.sin(angle)
        w, h = width - 1.0, height - 1.0
        left = e.multiply(e.subtract(w, e.subtract(e.multiply(cos, w), e.multiply(sin, h))), 0.5)
        top = e.multiply(e.subtract(h, e.add(e.multiply(sin, w), e.multiply(cos, h))), 0.5)
        return cos, e.negative(sin), left, sin, cos, top, 0.0, 0.0

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class RandomZoom(_RandomAffine):
    """Images seen from nearer or farther, each by random factors.

    Args:
        height_factor: (lowest, highest) in [-1, 1]: what is seen becomes higher by this fraction (images smaller), lower if it is
            negative; a number x stands for (-x, x).
        width_factor: the same of the width; None: as for the height, so that proportions stay.
        fill_mode, interpolation, seed, fill_value: as of RandomRotation.
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); the same, of the layer's dtype.
    """

    def __init__(
        self, height_factor, width_factor=None, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0,
        **kwargs,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height_bounds = self._checked("height_factor", height_factor)
        self._width_bounds = None if width_factor is None else self._checked("width_factor", width_factor)

    def _checked(self, name, factor):
        pair = bounds("RandomZoom", name, factor)
        if max(map(abs, pair)) > 1:
            raise ValueError(f"`{name}` argument must have values between [-1, 1]. Received: {name}={factor}")
        return pair

    def _transforms(self, n, height, width):
        down = self._zoom(n, self._height_bounds)
        right = down if self._width_bounds is None else self._zoom(n, self._width_bounds)
        return right, 0.0, _centred(width, right), 0.0, down, _centred(height, down), 0.0, 0.0

    def _zoom(self, n, pair):
        return self._uniform((n,), 1 + pair[0], 1 + pair[1])

    def get_config(self):
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}


class RandomTranslation(_RandomAffine):
    """Images moved down and right by random distances, each its own.

    Args:
        height_factor: (lowest, highest) in [-1, 1], fractions of the height: positive is down; a number x stands for (-x, x).
        width_factor: the same of the width: positive is right.
        fill_mode, interpolation, seed, fill_value: as of RandomRotation.
    Call arguments:
        training: change (True) or pass through (False)? By default, as the model is called; True outside of models.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); the same, of the layer's dtype.
    """

    def __init__(
        self, height_factor, width_factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0, **kwargs
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height_bounds = self._checked("height_factor", height_factor)
        self._width_bounds = self._checked("width_factor", width_factor)

    def _checked(self, name, factor):
        lower, upper = bounds("RandomTranslation", name, factor)
        if upper < lower:
            raise ValueError(f"`{name}` cannot have upper bound less than lower bound, got {factor}")
        if abs(lower) > 1 or abs(upper) > 1:
            raise ValueError(f"`{name}` must have values between [-1, 1], got {factor}")
        return lower, upper

    def _transforms(self, n, height, width):
        down = e.multiply(self._uniform((n,), *self._height_bounds), -float(height))
        right = e.multiply(self._uniform((n,), *self._width_bounds), -float(width))
        return 1.0, 0.0, right, 0.0, 1.0, down, 0.0, 0.0

    def get_config(self):
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}
