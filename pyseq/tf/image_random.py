"""tf.image: random changes. `random_...` draw on; `stateless_random_...` do the same for the same seed, two integers."""

from __future__ import annotations

from pyseq import random
from pyseq.core import as_tensor, float32
from pyseq.ops import elementwise as e
from pyseq.ops import pick
from pyseq.ops import random as draws
from pyseq.ops import shape as s
from pyseq.tf import image_color as color
from pyseq.tf._given import extents_of, tensor_of
from pyseq.tf.image_files import adjust_jpeg_quality
from pyseq.tf.image_resizing import images_of
from pyseq.tf.random_generator import stateless_state

KINDS = ("brightness", "contrast", "crop", "flip_left_right", "flip_up_down", "hue", "jpeg_quality", "saturation")
__all__ = [f"{how}_{kind}" for how in ("random", "stateless_random") for kind in KINDS]


# ------------------------------------------------------------------------------------------ what both do, with a state


def _flip(who, image, axis, state):
    """Each image with probability 1/2."""
    x = images_of(who, image)
    turned = draws.bernoulli((*x.shape[:-3], 1, 1, 1), 0.5, state)
    return e.where(turned, s.flip(x, axis), x)


def _between(who, low, high, state):
    if high <= low:
        raise ValueError(f"{who}: upper must be > lower. Received: lower={low}, upper={high}.")
    if low < 0:
        raise ValueError(f"{who}: lower must be non-negative. Received: lower={low}.")
    return draws.uniform((), low, high, float32, state)


def _delta(who, max_delta, state, most=None):
    if max_delta < 0:
        raise ValueError(f"{who}: max_delta must be non-negative. Received: max_delta={max_delta}.")
    if most is not None and max_delta > most:
        raise ValueError(f"{who}: max_delta must be <= {most}. Received: max_delta={max_delta}.")
    return draws.uniform((), -max_delta, max_delta, float32, state)


def _crop(who, value, size, state):
    x, size = tensor_of(value), extents_of(size)
    if len(size) != len(x.shape) or any(n > extent for n, extent in zip(size, x.shape, strict=False)):
        raise ValueError(f"{who}: Need value.shape >= size, got {x.shape} and {size}.")
    for axis in range(0, len(size), 2):
        first = axis if axis + 1 < len(size) else axis - 1
        if size == x.shape or x.shape[first : first + 2] == size[first : first + 2]:
            continue
        if len(size) == 1:
            return s.squeeze(_window(s.expand_dims(x, 1), (*size, 1), 0, state), 1)
        x = _window(x, size, first, state)
    return x


def _window(x, size, first, state):
    rooms = [x.shape[k] - size[k] for k in (first, first + 1)]
    states = [random.mixed(state, first, k) if isinstance(state, int) else state for k in (0, 1)]
    starts = [
        draws.integers((), 0, room + 1, "int32", st) if room else as_tensor(0)
        for room, st in zip(rooms, states, strict=True)
    ]
    return pick.window(x, starts, size[first : first + 2], first)


def _quality(who, image, low, high, state):
    if low < 0 or high < 0 or low > 100 or high > 100:
        raise ValueError(f"{who}: jpeg encoding range must be between 0 and 100. Received: {low}, {high}.")
    if low >= high:
        raise ValueError(f"{who}: `min_jpeg_quality` must be less than `max_jpeg_quality`. Received: {low}, {high}.")
    return adjust_jpeg_quality(image, draws.integers((), low, high, "int32", state))


# ------------------------------------------------------------------------------------------ drawing on


def random_flip_left_right(image, seed=None):
    """Images mirrored, each with probability 1/2."""
    return _flip("random_flip_left_right", image, -2, random.op_state(seed))


def random_flip_up_down(image, seed=None):
    """Images upside down, each with probability 1/2."""
    return _flip("random_flip_up_down", image, -3, random.op_state(seed))


def random_brightness(image, max_delta, seed=None):
    """`adjust_brightness` by a number in [-max_delta, max_delta)."""
    return color.adjust_brightness(image, _delta("random_brightness", max_delta, random.op_state(seed)))


def random_contrast(image, lower, upper, seed=None):
    """`adjust_contrast` by a factor in [lower, upper)."""
    return color.adjust_contrast(image, _between("random_contrast", lower, upper, random.op_state(seed)))


def random_saturation(image, lower, upper, seed=None):
    """`adjust_saturation` by a factor in [lower, upper)."""
    return color.adjust_saturation(image, _between("random_saturation", lower, upper, random.op_state(seed)))


def random_hue(image, max_delta, seed=None):
    """`adjust_hue` by a number in [-max_delta, max_delta), at most 0.5."""
    return color.adjust_hue(image, _delta("random_hue", max_delta, random.op_state(seed), 0.5))


def random_crop(value, size, seed=None, name=None):
    """A window of this size at a random place; any number of axes."""
    return _crop("random_crop", value, size, random.op_state(seed))


def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    """`adjust_jpeg_quality` by an integer in [min_jpeg_quality, max_jpeg_quality)."""
    return _quality("random_jpeg_quality", image, min_jpeg_quality, max_jpeg_quality, random.op_state(seed))


# ------------------------------------------------------------------------------------------ the same for the same seed


def stateless_random_flip_left_right(image, seed):
    """Images mirrored, each with probability 1/2."""
    who = "stateless_random_flip_left_right"
    return _flip(who, image, -2, stateless_state(who, seed))


def stateless_random_flip_up_down(image, seed):
    """Images upside down, each with probability 1/2."""
    who = "stateless_random_flip_up_down"
    return _flip(who, image, -3, stateless_state(who, seed))


def stateless_random_brightness(image, max_delta, seed):
    """`adjust_brightness` by a number in [-max_delta, max_delta)."""
    who = "stateless_random_brightness"
    return color.adjust_brightness(image, _delta(who, max_delta, stateless_state(who, seed)))


def stateless_random_contrast(image, lower, upper, seed):
    """`adjust_contrast` by a factor in [lower, upper)."""
    who = "stateless_random_contrast"
    return color.adjust_contrast(image, _between(who, lower, upper, stateless_state(who, seed)))


def stateless_random_saturation(image, lower, upper, seed=None):
    """`adjust_saturation` by a factor in [lower, upper)."""
    who = "stateless_random_saturation"
    return color.adjust_saturation(image, _between(who, lower, upper, stateless_state(who, seed)))


def stateless_random_hue(image, max_delta, seed):
    """`adjust_hue` by a number in [-max_delta, max_delta), at most 0.5."""
    who = "stateless_random_hue"
    return color.adjust_hue(image, _delta(who, max_delta, stateless_state(who, seed), 0.5))


def stateless_random_crop(value, size, seed, name=None):
    """A window of this size at a random place; any number of axes."""
    return _crop("stateless_random_crop", value, size, stateless_state("stateless_random_crop", seed))


def stateless_random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed):
    """`adjust_jpeg_quality` by an integer in [min_jpeg_quality, max_jpeg_quality)."""
    who = "stateless_random_jpeg_quality"
    return _quality(who, image, min_jpeg_quality, max_jpeg_quality, stateless_state(who, seed))
