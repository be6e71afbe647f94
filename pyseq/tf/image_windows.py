"""tf.image: windows at places that tensors say, and at random ones around boxes."""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq.core import as_tensor, emit, float32, int64, numpy_kernel
from pyseq.ops import elementwise as e
from pyseq.ops import random as draws
from pyseq.ops import reduce
from pyseq.ops import shape as s
from pyseq.tf._given import extents_of, tensor_of
from pyseq.tf.random_generator import stateless_state

__all__ = ["extract_glimpse", "sample_distorted_bounding_box", "stateless_sample_distorted_bounding_box"]


def extract_glimpse(input, size, offsets, centered=True, normalized=True, noise="uniform", name=None):
    """A window of each image, with noise where it is outside. Without gradient, as in TensorFlow.

    Args:
        input: (N, H, W, C), float32. size: (height, width). offsets: (N, 2), row and column of the windows.
        centered, normalized: what the offsets are. Both: of the window's middle, -1 and 1 at the borders of the image. Else of
            its first pixel: in pixels from the image's middle (centered), in sides of the image (normalized), or in pixels.
        noise: "uniform" between the least and the largest value of the image, "gaussian" with each channel's mean and deviation,
            no larger than its values, or "zero".
    Returns:
        (N, height, width, C).
    """
    x, at, (height, width) = e.cast(tensor_of(input), float32), e.cast(tensor_of(offsets), float32), _pair(size)
    if len(x.shape) != 4 or at.shape != (x.shape[0], 2):
        raise ValueError(
            "extract_glimpse: `input` must be (N, H, W, C) and `offsets` (N, 2). "
            f"Received: shapes {x.shape} and {at.shape}."
        )
    if noise not in ("uniform", "gaussian", "zero"):
        raise ValueError(
            f"extract_glimpse: `noise` must be 'uniform', 'gaussian' or 'zero'. Received: noise={noise!r}."
        )
    to = (x.shape[0], height, width, x.shape[3])
    around = None if noise == "zero" or 0 in x.shape else _noise(x, to, noise)
    return emit(_GLIMPSES, (x, at, around), ((to, float32),), (bool(centered), bool(normalized)))


def _pair(size):
    size = extents_of(size)
    if len(size) != 2 or min(size) < 0:
        raise ValueError(f"extract_glimpse: `size` must be (height, width). Received: size={size}.")
    return size


def _noise(x, to, noise):
    state = random.op_state(None)
    if noise == "uniform":
        low, high = (f(x, (1, 2, 3), keepdims=True) for f in (reduce.min, reduce.max))
        return e.add(e.multiply(draws.uniform(to, 0.0, 1.0, float32, state), e.subtract(high, low)), low)
    mean, low, high = (f(x, (1, 2), keepdims=True) for f in (reduce.mean, reduce.min, reduce.max))
    deviation = e.sqrt(reduce.mean(e.square(e.subtract(x, mean)), (1, 2), keepdims=True))
    drawn = e.add(e.multiply(draws.normal(to, 0.0, 1.0, float32, state), deviation), mean)
    return e.minimum(e.maximum(drawn, low), high)


def _glimpses(inputs, outputs, dims, attrs):
    (x, offsets, around), (y,), (centered, normalized) = inputs, outputs, dims
    extents, size = np.array(x.shape[1:3], "float32"), np.array(y.shape[1:3], "float32")
    y[...] = 0 if around is None else around
    for n, offset in enumerate(offsets):
        at = offset * extents if normalized else offset
        if centered:
            at = (at / 2 + extents / 2 - size / 2) if normalized else at + extents / 2
        at = np.nan_to_num(np.trunc(at), nan=-1e9).clip(-1e9, 1e9).astype("int64")
        first, end = np.maximum(at, 0), np.minimum(at + size.astype("int64"), x.shape[1:3])
        if (first < end).all():
            (top, left), (bottom, right) = first - at, end - at
            y[n, top:bottom, left:right] = x[n, first[0] : end[0], first[1] : end[1]]


_GLIMPSES = numpy_kernel("glimpses", _glimpses)


# ------------------------------------------------------------------------------------------ random windows around boxes


def sample_distorted_bounding_box(
    image_size, bounding_boxes, seed=0, min_object_covered=0.1, aspect_ratio_range=None, area_range=None, max_attempts=None,
    use_image_if_no_bounding_boxes=None, name=None,
):  # fmt: skip
    """A random window that holds enough of a box: (begin, size, box), for `tf.slice` and `draw_bounding_boxes`.

    Args:
        image_size: (height, width, channels). bounding_boxes: (N, M, 4): y1, x1, y2, x2 in [0, 1].
        seed: of the sequence of windows; 0: the global one.
        min_object_covered: fraction of one of the boxes that must be in the window.
        aspect_ratio_range: (least, largest) width / height; (0.75, 1.33) by default.
        area_range: (least, largest) fraction of the image; (0.05, 1) by default.
        max_attempts: that are made, 100 by default; if all fail, the window is the whole image.
        use_image_if_no_bounding_boxes: take the image for the box if there are none? Else that is an error.
    Returns:
        begin (top, left, 0) and size (height, width, -1), of image_size's dtype; box: float32 (1, 1, 4).
    """
    who = "sample_distorted_bounding_box"
    given = aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
    return _window(who, image_size, bounding_boxes, random.op_state(seed or None), min_object_covered, *given)


def stateless_sample_distorted_bounding_box(
    image_size, bounding_boxes, seed, min_object_covered=0.1, aspect_ratio_range=None, area_range=None, max_attempts=None,
    use_image_if_no_bounding_boxes=None, name=None,
):  # fmt: skip
    """As sample_distorted_bounding_box; the same for the same seed, two integers."""
    who = "stateless_sample_distorted_bounding_box"
    given = aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
    return _window(who, image_size, bounding_boxes, stateless_state(who, seed), min_object_covered, *given)


def _window(who, image_size, boxes, state, covered, ratios, areas, attempts, use_image):
    size, boxes = tensor_of(image_size), e.cast(tensor_of(boxes), float32)
    ratios, areas = ratios or (0.75, 1.33), areas or (0.05, 1.0)
    attempts = 100 if attempts is None else int(attempts)
    if size.shape != (3,) or not size.dtype.is_integer:
        raise ValueError(f"{who}: `image_size` must be 3 integers. Received: image_size={size}.")
    if len(boxes.shape) != 3 or boxes.shape[2] != 4:
        raise ValueError(f"{who}: `bounding_boxes` must be (N, M, 4). Received: shape {boxes.shape}.")
    for name, (low, high), least in (("aspect_ratio_range", ratios, 0.0), ("area_range", areas, 0.0)):
        if not least < high or low < least or high < low or (name == "area_range" and high > 1):
            raise ValueError(
                f"{who}: `{name}` must be (least, largest), not negative"
                f"{' and at most 1' if name == 'area_range' else ''}. Received: {name}={(low, high)}."
            )
    if attempts < 1 or (isinstance(covered, (int, float)) and covered < 0):
        raise ValueError(
            f"{who}: `max_attempts` must be positive and `min_object_covered` not negative. "
            f"Received: max_attempts={attempts}, min_object_covered={covered}."
        )
    boxes = s.reshape(boxes, (-1, 4))
    if not boxes.shape[0]:
        if not use_image:
            raise ValueError(
                f"{who}: there must be a box in `bounding_boxes`, or use_image_if_no_bounding_boxes=True. "
                f"Received: bounding_boxes.shape={boxes.shape}."
            )
        boxes = as_tensor(np.array([[0, 0, 1, 1]], "float32"))
    numbers = draws.uniform((4, attempts), 0.0, 1.0, float32, state)
    made = (((3,), int64), ((3,), int64), ((1, 1, 4), float32))
    attrs = tuple(float(k) for k in (*ratios, *areas))
    inputs = (e.cast(size, int64), boxes, e.cast(tensor_of(covered), float32), numbers)
    begin, extent, box = emit(_WINDOWS, inputs, made, (), attrs)
    return e.cast(begin, size.dtype), e.cast(extent, size.dtype), box


def _windows(inputs, outputs, dims, attrs):
    """The first of the windows drawn that fits, or the whole image."""
    (size, boxes, covered, drawn), (begin, extent, box) = inputs, outputs
    (ratio_low, ratio_high, area_low, area_high), (h, w) = attrs, size[:2]
    drawn = drawn.astype("float64")
    ratio = ratio_low + drawn[0] * (ratio_high - ratio_low)
    ratio = np.maximum(ratio, 1e-9)
    least = np.rint(np.sqrt(area_low * h * w / ratio))
    most = np.minimum(np.minimum(np.rint(np.sqrt(area_high * h * w / ratio)), np.floor((w + 0.5) / ratio)), h)
    least = np.minimum(least, most)
    height = least + np.floor(drawn[1] * (most - least + 1))
    width = np.rint(height * ratio)
    top, left = np.floor(drawn[2] * (h - height + 1)), np.floor(drawn[3] * (w - width + 1))
    fits = (height >= 1) & (width >= 1) & (width <= w) & (height * width >= area_low * h * w)
    fits &= height * width <= area_high * h * w
    y1, x1, y2, x2 = np.trunc(boxes.astype("float64") * [h, w, h, w]).T[:, :, None]
    down = np.minimum(y2, top + height) - np.maximum(y1, top)
    right = np.minimum(x2, left + width) - np.maximum(x1, left)
    shared, area = np.maximum(down, 0) * np.maximum(right, 0), (y2 - y1) * (x2 - x1)
    fits &= (shared >= np.float64(covered) * area).any(0)
    k = int(np.argmax(fits))
    top, left, height, width = (top[k], left[k], height[k], width[k]) if fits[k] else (0, 0, h, w)
    begin[:], extent[:] = (top, left, 0), (height, width, -1)
    box[0, 0] = np.array([top, left, top + height, left + width]) / np.maximum([h, w, h, w], 1)


_WINDOWS = numpy_kernel("random_windows", _windows)
