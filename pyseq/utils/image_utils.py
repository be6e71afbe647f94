"""Images from files to arrays and back, with Pillow, which is imported when used."""

from __future__ import annotations

import io
import os
import warnings

import numpy as np

from pyseq.core import as_tensor, config
from pyseq.ops import elementwise, resize
from pyseq.utils.extras import needed
from pyseq.utils.resize import check_method

COLOR_MODES = {"grayscale": 1, "rgb": 3, "rgba": 4}  # channels
_PILLOW_MODES = {"rgb": "RGB", "rgba": "RGBA"}
_PILLOW_FILTERS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def load_img(
    path, grayscale=False, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False
):
    """A Pillow image of a file.

    Args:
        path: str, bytes, Path or BytesIO.
        grayscale: an older spelling of color_mode="grayscale".
        color_mode: "grayscale", "rgb" or "rgba".
        target_size: (height, width) to bring it to; None: as it is.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: cut it to the proportions of `target_size` first?
    Raises:
        ImportError: Pillow is not installed. FileNotFoundError. PIL.UnidentifiedImageError: it is not an image.
    """
    if grayscale:
        warnings.warn("load_img: `grayscale` is deprecated. Use color_mode='grayscale'.", stacklevel=2)
        color_mode = "grayscale"
    check_color_mode("load_img", color_mode)
    if target_size is not None:
        target_size = check_size("load_img", "target_size", target_size)
        if interpolation not in _PILLOW_FILTERS:
            raise ValueError(
                f"load_img: `interpolation` must be one of {_PILLOW_FILTERS}. Received: interpolation={interpolation!r}."
            )
    image_module = needed("PIL.Image", "load_img")
    if not isinstance(path, (str, bytes, os.PathLike, io.BytesIO)):
        raise TypeError(f"load_img: `path` must be a path or a BytesIO. Received: path of type {type(path).__name__}.")
    image = image_module.open(path if isinstance(path, io.BytesIO) else _in_memory(path))
    image.load()  # a damaged file is an error here, not later
    if color_mode == "grayscale":
        if image.mode not in ("L", "I;16", "I"):
            image = image.convert("L")
    elif image.mode != _PILLOW_MODES[color_mode]:
        image = image.convert(_PILLOW_MODES[color_mode])
    if target_size is None or image.size == target_size[::-1]:
        return image
    box = _largest_box(image.size[::-1], target_size) if keep_aspect_ratio else None
    return image.resize(target_size[::-1], getattr(image_module, interpolation.upper()), box=box)


def _in_memory(path):
    with open(path, "rb") as f:
        return io.BytesIO(f.read())


def _largest_box(size, target):
    """(left, top, right, bottom) of the largest box in the middle of an image that has the target's proportions."""
    (height, width), (target_height, target_width) = size, target
    h = min(height, width * target_height // target_width)
    w = min(width, height * target_width // target_height)
    top, left = (height - h) // 2, (width - w) // 2
    return left, top, left + w, top + h


def img_to_array(img, data_format=None, dtype=None):
    """The array of a Pillow image.

    Args:
        img: Pillow image, or an array with two or three axes.
        data_format: "channels_last" or "channels_first": of the result; `image_data_format()` by default.
        dtype: of the result; `floatx()` by default.
    Returns:
        Array (height, width, channels) or (channels, height, width).
    """
    data_format = check_data_format("img_to_array", data_format)
    x = np.asarray(img, dtype=dtype or config.floatx())
    if x.ndim not in (2, 3):
        raise ValueError(f"img_to_array: `img` must have two or three axes. Received: an image of shape {x.shape}.")
    if x.ndim == 2:
        x = x[:, :, None]
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """A Pillow image of an array.

    Args:
        x: (height, width, channels) or (channels, height, width); 1, 3 or 4 channels.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        scale: bring the values to 0 .. 255, the smallest to 0 and the largest to 255? Else they are cut to whole numbers.
        dtype: to calculate in; `floatx()` by default.
    """
    data_format = check_data_format("array_to_img", data_format)
    image_module = needed("PIL.Image", "array_to_img")
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(f"array_to_img: `x` must have three axes (one image). Received: x.shape={x.shape}.")
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    channels = x.shape[2]
    if channels not in (1, 3, 4):
        raise ValueError(f"array_to_img: `x` must have 1, 3 or 4 channels. Received: {channels} channels.")
    if scale and x.size:
        x = x - np.min(x)
        largest = np.max(x)
        x = (x / largest if largest != 0 else x) * 255
    if channels > 1:
        return image_module.fromarray(
            np.ascontiguousarray(_whole(x, "uint8"))
        )  # RGB or RGBA, by the number of channels
    deep = x.size and np.max(x) > 255
    return image_module.fromarray(np.ascontiguousarray(_whole(x[:, :, 0], "int32" if deep else "uint8")))


def _whole(x, dtype):
    """The values cut to integers; those that do not fit wrap around, without a warning."""
    if x.dtype.kind != "f" or not x.size or (np.min(x) >= 0 and np.max(x) <= 255):
        return x.astype(dtype)
    with np.errstate(invalid="ignore"):
        return x.astype("int64").astype(dtype)


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Write an array to an image file.

    Args:
        path: path or open file.
        x, data_format, scale: as of `array_to_img`.
        file_format: such as "png"; by the path's ending by default.
        kwargs: of Pillow's `Image.save`.
    """
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and file_format in ("jpg", "jpeg"):
        warnings.warn("save_img: JPEG files have no transparency; the image is saved as RGB.", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format="jpeg" if file_format == "jpg" else file_format, **kwargs)


def smart_resize(x, size, interpolation="bilinear"):
    """Images brought to a size without distortion: cut to its proportions around the middle, then resized.

    Args:
        x: array or tensor (height, width, channels) or (N, height, width, channels).
        size: (height, width).
        interpolation: as of `image_dataset_from_directory`.
    Returns:
        What `x` is: an array or a tensor; float32, but the dtype of `x` for "nearest".
    """
    target = check_size("smart_resize", "size", size)
    method = check_method("smart_resize", interpolation)
    images = as_tensor(x)
    resized = resize.smart_resize(images, target, method)
    if method != "nearest":
        resized = elementwise.cast(resized, "float32")
    return resized.numpy() if isinstance(x, np.ndarray) else resized


# ------------------------------------------------------------------------------------------ arguments


def check_data_format(who, data_format):
    """The data format, or the configured one if it is None."""
    data_format = data_format or config.image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"{who}: `data_format` must be 'channels_last' or 'channels_first'. Received: data_format={data_format!r}."
        )
    return data_format


def check_color_mode(who, color_mode):
    """Number of channels."""
    if color_mode not in COLOR_MODES:
        raise ValueError(
            f"{who}: `color_mode` must be one of {tuple(COLOR_MODES)}. Received: color_mode={color_mode!r}."
        )
    return COLOR_MODES[color_mode]


def check_size(who, name, size):
    """(height, width), integers above 0."""
    try:
        height, width = (int(extent) for extent in size)
    except (TypeError, ValueError):
        height = width = 0
    if height < 1 or width < 1:
        raise ValueError(f"{who}: `{name}` must be (height, width), two integers above 0. Received: {name}={size!r}.")
    return height, width
