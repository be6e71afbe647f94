"""tf.image: windows and margins, flips and quarter turns."""

from __future__ import annotations

from pyseq.ops import edges, pick
from pyseq.ops import shape as s
from pyseq.ops.check import known_values
from pyseq.tf._given import extents_of
from pyseq.tf.image_resizing import images_of

__all__ = [
    "central_crop", "crop_to_bounding_box", "extract_patches", "flip_left_right", "flip_up_down", "pad_to_bounding_box",
    "rot90", "transpose",
]  # fmt: skip


def flip_left_right(image):
    """Images mirrored: the first column becomes the last."""
    return s.flip(images_of("flip_left_right", image), -2)


def flip_up_down(image):
    """Images upside down: the first row becomes the last."""
    return s.flip(images_of("flip_up_down", image), -3)


def transpose(image, name=None):
    """Rows become columns."""
    x = images_of("transpose", image)
    return s.swapaxes(x, -3, -2)


def rot90(image, k=1, name=None):
    """Images turned counter-clockwise by k quarters."""
    x = images_of("rot90", image)
    k = int(known_values("rot90", "`k`", k)) % 4
    if k == 0:
        return x
    if k == 2:
        return s.flip(s.flip(x, -3), -2)
    return s.flip(s.swapaxes(x, -3, -2), -3 if k == 1 else -2)


def central_crop(image, central_fraction):
    """The middle of images, this fraction of each side, in (0, 1]."""
    x = images_of("central_crop", image)
    fraction = float(known_values("central_crop", "`central_fraction`", central_fraction))
    if not 0 < fraction <= 1:
        raise ValueError(f"central_fraction must be within (0, 1]. Received: central_fraction={central_fraction}.")
    around = []
    for n in x.shape[-3:-1]:
        start = int((n - n * fraction) / 2)
        around.append((-start, -start))
    return edges.move_edges(x, around, len(x.shape) - 3)


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The window of images that begins at the offsets."""
    x = images_of("crop_to_bounding_box", image)
    around = []
    for name, n, offset, target in _axes(x, offset_height, offset_width, target_height, target_width):
        if offset < 0:
            raise ValueError(f"offset_{name} must be >= 0. Received: offset_{name}={offset}.")
        if target <= 0:
            raise ValueError(f"target_{name} must be > 0. Received: target_{name}={target}.")
        if n < offset + target:
            raise ValueError(
                f"{name} must be >= target + offset. Received: {name} {n}, offset {offset}, target {target}."
            )
        around.append((-offset, offset + target - n))
    return edges.move_edges(x, around, len(x.shape) - 3)


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Zeros of the target's size, with the images at the offsets."""
    x = images_of("pad_to_bounding_box", image)
    around = []
    for name, n, offset, target in _axes(x, offset_height, offset_width, target_height, target_width):
        if offset < 0:
            raise ValueError(f"offset_{name} must be >= 0. Received: offset_{name}={offset}.")
        if target - offset < n:
            raise ValueError(
                f"{name} must be <= target - offset. Received: {name} {n}, offset {offset}, target {target}."
            )
        around.append((offset, target - offset - n))
    return edges.move_edges(x, around, len(x.shape) - 3)


def _axes(x, offset_height, offset_width, target_height, target_width):
    given = extents_of((offset_height, target_height, offset_width, target_width))
    return ("height", x.shape[-3], *given[:2]), ("width", x.shape[-2], *given[2:])


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Windows of images, the pixels of each side by side as channels.

    Args:
        images: (N, H, W, C). sizes, strides, rates: [1, rows, columns, 1]: of a window, between windows, between its pixels.
        padding: "VALID", windows stay inside; or "SAME", zeros around them.
    Returns:
        (N, rows of windows, columns of windows, size of a window * C).
    """
    x = images_of("extract_patches", images)
    if len(x.shape) != 4 or padding not in ("VALID", "SAME"):
        raise ValueError(
            "extract_patches: `images` must be (N, H, W, C) and `padding` 'VALID' or 'SAME'. "
            f"Received: shape {x.shape}, padding={padding!r}."
        )
    given = {"sizes": extents_of(sizes), "strides": extents_of(strides), "rates": extents_of(rates)}
    for argument, value in given.items():
        if len(value) != 4 or value[0] != 1 or value[3] != 1 or min(value) < 1:
            raise ValueError(
                f"extract_patches: `{argument}` must be [1, rows, columns, 1]. Received: {argument}={list(value)}."
            )
    size, strides, rates = (value[1:3] for value in given.values())
    if padding == "SAME":
        x = edges.move_edges(x, [_margins(*axis) for axis in zip(x.shape[1:3], size, strides, rates, strict=True)])
    found = pick.windows(x, size, strides, rates)
    return s.reshape(found, (*found.shape[:3], size[0] * size[1] * x.shape[3]))


def _margins(n, size, stride, rate):
    """(before, after): zeros with which there is a window for every `stride` pixels."""
    missing = max(0, (-(-n // stride) - 1) * stride + (size - 1) * rate + 1 - n)
    return missing // 2, missing - missing // 2
