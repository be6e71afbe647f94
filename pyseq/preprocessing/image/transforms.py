"""Changes of one image: an array with three axes, channels first or last. Random ones draw from NumPy's global generator."""

from __future__ import annotations

from functools import reduce

import numpy as np

from pyseq.core import wrap
from pyseq.ops import affine
from pyseq.utils.extras import needed
from pyseq.utils.image_utils import array_to_img, img_to_array


def apply_affine_transform(
    x, theta=0, tx=0, ty=0, shear=0, zx=1, zy=1, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0,
    order=1,
):  # fmt: skip
    """The image rotated, shifted, sheared and zoomed, in this order.

    Args:
        x: image, three axes.
        theta: rotation, degrees. shear: degrees.
        tx, ty: shifts, pixels. As in tf.keras, `tx` moves along the columns' axis if `col_axis` > `row_axis`.
        zx, zy: zoom; below 1 it enlarges.
        row_axis, col_axis, channel_axis: which axis is which; channels are first or last.
        fill_mode: what is outside of the image: "nearest", "constant" (`cval`), "reflect", "wrap", or another mode of SciPy.
        order: of the spline that interpolates, 0 to 5.
    Returns:
        Array of the shape and dtype of `x`.
    Raises:
        ImportError: SciPy is not installed, and there is something to do that is not of floats, order 0 or 1, and one of the
            four modes: that is computed here, as SciPy does it.
    """
    if x.ndim != 3:
        raise ValueError(f"apply_affine_transform: `x` must have three axes (one image). Received: x.shape={x.shape}.")
    if {row_axis, col_axis, channel_axis} != {0, 1, 2} or channel_axis == 1:
        raise ValueError(
            "apply_affine_transform: `row_axis`, `col_axis` and `channel_axis` must be 0, 1 and 2, channels first or last. "
            f"Received: row_axis={row_axis}, col_axis={col_axis}, channel_axis={channel_axis}."
        )
    steps = _steps(theta, tx, ty, shear, zx, zy)
    if not steps:
        return x
    matrix = _around_centre(reduce(np.dot, steps), x.shape[row_axis], x.shape[col_axis])
    if col_axis > row_axis:
        matrix = matrix[[1, 0, 2]][:, [1, 0, 2]]
    if order in (0, 1) and fill_mode in affine.FILL_MODES and x.dtype in (np.float32, np.float64):
        images = wrap(np.ascontiguousarray(x)[None] if channel_axis == 2 else np.ascontiguousarray(x)[..., None])
        how = fill_mode, affine.INTERPOLATIONS[order], cval
        return affine.affine_image(images, matrix[:2, :2], matrix[:2, 2], *how).numpy().reshape(x.shape)
    ndimage = needed("scipy.ndimage", "apply_affine_transform")
    channels = np.moveaxis(x, channel_axis, 0)
    y = np.empty(channels.shape, x.dtype)
    for channel, made in zip(channels, y, strict=True):
        ndimage.affine_transform(
            channel, matrix[:2, :2], matrix[:2, 2], output=made, order=order, mode=fill_mode, cval=cval
        )
    return np.moveaxis(y, 0, channel_axis)


def _steps(theta, tx, ty, shear, zx, zy):
    """3 x 3 matrices of those changes that change something."""
    steps = []
    if theta != 0:
        c, s = np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
        steps.append(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]))
    if tx != 0 or ty != 0:
        steps.append(np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]]))
    if shear != 0:
        c, s = np.cos(np.deg2rad(shear)), np.sin(np.deg2rad(shear))
        steps.append(np.array([[1, -s, 0], [0, c, 0], [0, 0, 1]]))
    if zx != 1 or zy != 1:
        steps.append(np.array([[zx, 0, 0], [0, zy, 0], [0, 0, 1]]))
    return steps


def _around_centre(matrix, h, w):
    a, b = h / 2 - 0.5, w / 2 - 0.5
    there, back = np.array([[1, 0, a], [0, 1, b], [0, 0, 1]]), np.array([[1, 0, -a], [0, 1, -b], [0, 0, 1]])
    return there.dot(matrix).dot(back)


def apply_channel_shift(x, intensity, channel_axis=0):
    """The image with `intensity` added, within the range of values that it had."""
    del channel_axis  # the range is that of all channels, so it does not matter which axis they are
    return np.clip(x + float(intensity), np.min(x), np.max(x))


def apply_brightness_shift(x, brightness, scale=True):
    """The image with its brightness multiplied by `brightness`, as Pillow does it.

    Args:
        x: image. brightness: 0: black, 1: as it is.
        scale: bring the values to 0 .. 255 first? If not, and they are not all within, they are brought there and back.
    """
    return _brightened(x, brightness, scale, None)


def _brightened(x, brightness, scale, data_format):
    enhance = needed("PIL.ImageEnhance", "apply_brightness_shift")
    low, high = np.min(x), np.max(x)
    outside = low < 0 or high > 255
    image = array_to_img(x, data_format, scale=outside or scale)
    y = img_to_array(enhance.Brightness(image).enhance(brightness), data_format)
    return y / 255 * (high - low) + low if outside and not scale else y


# ------------------------------------------------------------------------------------------ at random


def random_rotation(
    x, rg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image rotated by up to `rg` degrees. Other arguments as of `apply_affine_transform`."""
    theta = np.random.uniform(-rg, rg)
    return apply_affine_transform(
        x, theta=theta, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_shift(
    x, wrg, hrg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image shifted by up to the fractions `wrg` of its width and `hrg` of its height. The rest as `random_rotation`."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x, tx=tx, ty=ty, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_shear(
    x, intensity, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image sheared by up to `intensity` degrees. The rest as `random_rotation`."""
    shear = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(
        x, shear=shear, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_zoom(
    x, zoom_range, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image zoomed, each axis by its own factor in `zoom_range`, (least, most). The rest as `random_rotation`."""
    least, most = _pair("random_zoom", "zoom_range", zoom_range)
    zx, zy = (1, 1) if least == most == 1 else np.random.uniform(least, most, 2)
    return apply_affine_transform(
        x, zx=zx, zy=zy, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_channel_shift(x, intensity_range, channel_axis=0):
    """The image with a number up to `intensity_range` added or subtracted; see `apply_channel_shift`."""
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def random_brightness(x, brightness_range, scale=True):
    """The image with a brightness in `brightness_range`, (least, most); see `apply_brightness_shift`."""
    least, most = _pair("random_brightness", "brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(least, most), scale)


def _pair(who, name, values):
    if not hasattr(values, "__len__") or len(values) != 2:
        raise ValueError(f"{who}: `{name}` must be two numbers. Received: {name}={values!r}.")
    return values
