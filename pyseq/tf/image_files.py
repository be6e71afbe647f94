"""tf.image and tf.io: images read and written, JPEG, PNG, BMP and GIF, by Pillow, which is imported when used.

JPEG files are decoded exactly, where TensorFlow's fast transform is off by up to 4; what is encoded is the same image in other
bytes than TensorFlow's.
"""

from __future__ import annotations

import io

import numpy as np

from pyseq.core import Tensor, as_dtype, as_tensor, float32, int32, uint8, uint16
from pyseq.data.spec import Texts
from pyseq.ops.check import known_values
from pyseq.tf._given import tensor_of
from pyseq.tf.errors import InvalidArgumentError
from pyseq.tf.image_color import convert_image_dtype
from pyseq.utils.extras import needed
from pyseq.utils.image_pixels import deep_pixels, opened, own_channels, pixels

__all__ = [
    "adjust_jpeg_quality", "decode_and_crop_jpeg", "decode_bmp", "decode_gif", "decode_image", "decode_jpeg", "decode_png",
    "encode_jpeg", "encode_png", "extract_jpeg_shape", "is_jpeg",
]  # fmt: skip
FORMATS = ("BMP", "GIF", "JPEG", "PNG")


def content_of(who, contents):
    """The bytes of a scalar text."""
    found = contents.numpy() if isinstance(contents, Texts) else contents
    found = found[()] if isinstance(found, np.ndarray) and found.ndim == 0 else found
    found = found.encode("latin-1") if isinstance(found, str) else found
    if not isinstance(found, bytes):
        raise TypeError(
            f"{who}: `contents` must be the bytes of one file, as tf.io.read_file gives them. Received: {found!r}."
        )
    return found


def text_of(content):
    """bytes as a scalar text."""
    array = np.empty((), object)
    array[()] = content
    return Texts(array)


def _open(who, contents, channels, formats=FORMATS):
    content = content_of(who, contents)
    try:
        return opened(who, content, channels, formats)
    except OSError as error:
        message = f"{who}: the content is no {' or '.join(formats)} image, or damaged. {error}"
        raise InvalidArgumentError(None, None, message) from None


def _array(who, image, channels, dtype, known):
    if channels not in known:
        raise ValueError(f"{who}: `channels` must be one of {known}. Received: channels={channels}.")
    channels = channels or own_channels(image)
    if dtype is uint16:
        return deep_pixels(image, channels)
    if dtype is not uint8:
        raise ValueError(f"{who}: `dtype` must be uint8 or uint16. Received: dtype={dtype.name}.")
    return pixels(image, channels)


def decode_png(contents, channels=0, dtype=uint8, name=None):
    """The pixels of a PNG file (JPEG, BMP and GIF, too): (H, W, channels).

    Args:
        contents: bytes. channels: 0 (as the file), 1 grey, 2 grey and opacity, 3 colours, 4 colours and opacity.
        dtype: uint8 or uint16.
    """
    image = _open("decode_png", contents, channels)
    return as_tensor(_array("decode_png", image, channels, as_dtype(dtype), (0, 1, 2, 3, 4)))


def decode_bmp(contents, channels=0, name=None):
    """The pixels of a BMP file: (H, W, channels), uint8. channels: 0 (as the file), 1, 3 or 4."""
    image = _open("decode_bmp", contents, channels, ("BMP",))
    return as_tensor(_array("decode_bmp", image, channels, uint8, (0, 1, 3, 4)))


def decode_gif(contents, name=None):
    """All pictures of a GIF file (one of PNG, JPEG, BMP): (pictures, H, W, 3), uint8."""
    image = _open("decode_gif", contents, 3)
    frames = []
    for k in range(getattr(image, "n_frames", 1)):
        image.seek(k)
        frames.append(np.asarray(image.convert("RGB")))
    return as_tensor(np.stack(frames))


def decode_image(contents, channels=None, dtype=uint8, name=None, expand_animations=True):
    """The pixels of a JPEG, PNG, BMP or GIF file.

    Args:
        contents: bytes. channels: 0 or None (as the file), 1, 3 or 4. dtype: uint8, uint16, or a float for values in [0, 1].
        expand_animations: four axes for GIF files, (pictures, H, W, 3), rather than the first picture?
    """
    who, dtype = "decode_image", as_dtype(dtype)
    if content_of(who, contents)[:3] == b"GIF":
        if (channels or 0) not in (0, 3):
            raise InvalidArgumentError(None, None, f"{who}: GIF files have 3 channels. Received: channels={channels}.")
        pictures = decode_gif(contents)
        return convert_image_dtype(pictures if expand_animations else pictures[0], dtype, True)
    image = _open(who, contents, channels or 0)
    if dtype is uint16 and image.mode.startswith("I"):
        return as_tensor(_array(who, image, channels or 0, dtype, (0, 1, 3, 4)))
    return convert_image_dtype(as_tensor(_array(who, image, channels or 0, uint8, (0, 1, 3, 4))), dtype, True)


def decode_jpeg(
    contents, channels=0, ratio=1, fancy_upscaling=True, try_recover_truncated=False, acceptable_fraction=1, dct_method="",
    name=None,
):  # fmt: skip
    """The pixels of a JPEG file (PNG, BMP and GIF, too): (H, W, channels), uint8.

    Args:
        contents: bytes. channels: 0 (as the file), 1 or 3. ratio: 1, 2, 4 or 8, by which the image is smaller.
        dct_method: "" or "INTEGER_ACCURATE": the decoder is exact.
        fancy_upscaling, try_recover_truncated, acceptable_fraction: as they are by default; nothing else is supported.
    """
    return _jpeg(
        "decode_jpeg",
        contents,
        channels,
        ratio,
        fancy_upscaling,
        try_recover_truncated,
        acceptable_fraction,
        dct_method,
    )


def _jpeg(who, contents, channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method):
    given = {
        "fancy_upscaling": (fancy_upscaling, True), "try_recover_truncated": (try_recover_truncated, False),
        "acceptable_fraction": (acceptable_fraction, 1), "dct_method": (dct_method or "INTEGER_ACCURATE", "INTEGER_ACCURATE"),
    }  # fmt: skip
    for name, (value, supported) in given.items():
        if value != supported:
            raise NotImplementedError(f"{who}: `{name}` must be {supported!r}. Received: {name}={value!r}.")
    if ratio not in (1, 2, 4, 8):
        raise ValueError(f"{who}: `ratio` must be 1, 2, 4 or 8. Received: ratio={ratio}.")
    image = _scaled(who, contents, channels, ratio)
    return as_tensor(_array(who, image, channels, uint8, (0, 1, 3)))


def _scaled(who, contents, channels, ratio):
    if ratio == 1:
        return _open(who, contents, channels)
    image = needed("PIL.Image", who).open(io.BytesIO(content_of(who, contents)))
    wanted = tuple(-(-n // ratio) for n in image.size)
    image.draft("L" if channels == 1 else None, tuple(max(1, n // ratio) for n in image.size))
    image.load()
    if image.size != wanted:
        raise InvalidArgumentError(None, None, f"{who}: only JPEG files are decoded smaller. Received: ratio={ratio}.")
    return image


def decode_and_crop_jpeg(
    contents, crop_window, channels=0, ratio=1, fancy_upscaling=True, try_recover_truncated=False, acceptable_fraction=1,
    dct_method="", name=None,
):  # fmt: skip
    """The window (top, left, height, width) of what `decode_jpeg` gives, whose other arguments these are."""
    who = "decode_and_crop_jpeg"
    x = _jpeg(who, contents, channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method)
    top, left, height, width = (int(n) for n in known_values(who, "`crop_window`", crop_window))
    inside = (
        min(top, left) >= 0 and min(height, width) > 0 and top + height <= x.shape[0] and left + width <= x.shape[1]
    )
    if not inside:
        message = f"{who}: `crop_window` must be inside of {x.shape[:2]}. Received: {(top, left, height, width)}."
        raise InvalidArgumentError(None, None, message)
    return x[top : top + height, left : left + width]


def is_jpeg(contents, name=None):
    """Are these the bytes of a JPEG file?"""
    return as_tensor(content_of("is_jpeg", contents)[:3] == b"\xff\xd8\xff")


def extract_jpeg_shape(contents, output_type=int32, name=None):
    """[height, width, channels] of a JPEG file, without decoding it."""
    who = "extract_jpeg_shape"
    try:
        image = needed("PIL.Image", who).open(io.BytesIO(content_of(who, contents)), formats=("JPEG",))
    except OSError as error:
        raise InvalidArgumentError(None, None, f"{who}: the content is no JPEG image. {error}") from None
    return as_tensor(np.array([*image.size[::-1], len(image.getbands())]), as_dtype(output_type))


# ------------------------------------------------------------------------------------------ writing


def _pillow(who, x, modes):
    """The Pillow image of an array (H, W, C)."""
    if x.ndim != 3 or x.shape[2] not in modes:
        raise InvalidArgumentError(
            None,
            None,
            f"{who}: `image` must be (H, W, channels), channels one of {tuple(modes)}. Received: shape {x.shape}.",
        )
    image_module = needed("PIL.Image", who)
    if x.dtype == np.uint16:
        if x.shape[2] != 1:
            raise NotImplementedError(f"{who}: uint16 images must have one channel. Received: shape {x.shape}.")
        return image_module.fromarray(x[:, :, 0])
    return image_module.fromarray(x[:, :, 0] if x.shape[2] == 1 else np.ascontiguousarray(x))


def encode_png(image, compression=-1, name=None):
    """The bytes of PNG files of images (H, W, C) or (..., H, W, C), uint8 or uint16, 1 to 4 channels.

    compression: 0 (none) to 9; -1: as the library likes.
    """
    x = known_values("encode_png", "`image`", tensor_of(image))
    if x.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"encode_png: `image` must be uint8 or uint16. Received: dtype={x.dtype.name}.")
    if not -1 <= compression <= 9:
        raise InvalidArgumentError(
            None, None, f"encode_png: `compression` must be -1 to 9. Received: compression={compression}."
        )

    def encoded(one):
        out = io.BytesIO()
        picture = _pillow("encode_png", one, (1, 2, 3, 4))
        picture.save(out, format="PNG", **({"compress_level": compression} if compression >= 0 else {}))
        return out.getvalue()

    if x.ndim <= 3:
        return text_of(encoded(x))
    made = np.empty(x.shape[:-3], object)
    for at in np.ndindex(*x.shape[:-3]):
        made[at] = encoded(x[at])
    return Texts(made)


def encode_jpeg(
    image, format="", quality=95, progressive=False, optimize_size=False, chroma_downsampling=True, density_unit="in",  # noqa: A002
    x_density=300, y_density=300, xmp_metadata="", name=None,
):  # fmt: skip
    """The bytes of a JPEG file of an image (H, W, C), uint8.

    Args:
        format: "" (as the image), "grayscale" or "rgb". quality: 0 to 100.
        progressive: show it coarse first? optimize_size: take longer for fewer bytes?
        chroma_downsampling: are colours half as fine? density_unit: "in" or "cm", of x_density and y_density, pixels.
        xmp_metadata: a text to go along.
    """
    who = "encode_jpeg"
    x = known_values(who, "`image`", tensor_of(image))
    if x.dtype != np.uint8:
        raise TypeError(f"{who}: `image` must be uint8. Received: dtype={x.dtype.name}.")
    channels = {"": (1, 3), "grayscale": (1,), "rgb": (3,)}.get(format)
    if channels is None or density_unit not in ("in", "cm") or not 0 <= quality <= 100:
        raise InvalidArgumentError(
            None, None, f"{who}: `format` must be '', 'grayscale' or 'rgb', `density_unit` 'in' or 'cm', `quality` 0 to 100. "
            f"Received: format={format!r}, density_unit={density_unit!r}, quality={quality}.",
        )  # fmt: skip
    inches = 1.0 if density_unit == "in" else 2.54
    out, more = io.BytesIO(), {"xmp": xmp_metadata.encode()} if xmp_metadata else {}
    _pillow(who, x, channels).save(
        out, format="JPEG", quality=int(quality), progressive=progressive, optimize=optimize_size,
        subsampling=2 if chroma_downsampling else 0, dpi=(x_density * inches, y_density * inches), **more,
    )  # fmt: skip
    return text_of(out.getvalue())


def adjust_jpeg_quality(image, jpeg_quality, name=None):
    """The image after it was a JPEG file of this quality, 0 to 100."""
    x = tensor_of(image)
    quality = (
        jpeg_quality
        if not isinstance(jpeg_quality, Tensor)
        else known_values("adjust_jpeg_quality", "it", jpeg_quality)
    )
    bytes_ = x if x.dtype is uint8 else convert_image_dtype(x, uint8, saturate=True)
    again = decode_jpeg(encode_jpeg(bytes_, quality=int(quality)))
    return again if x.dtype is uint8 else convert_image_dtype(again, x.dtype, saturate=x.dtype is not float32)
