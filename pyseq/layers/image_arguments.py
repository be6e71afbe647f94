"""Arguments of layers for images: `data_format`, and integers for each axis of the image."""

from __future__ import annotations

from pyseq.core import config
from pyseq.ops.check import is_integer

INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def known_interpolation(interpolation) -> str:
    """The name of a method of resizing, in small letters.

    Raises:
        NotImplementedError: there is no such method.
    """
    name = interpolation.lower() if isinstance(interpolation, str) else interpolation
    if name not in INTERPOLATIONS:
        raise NotImplementedError(
            f"Value not recognized for `interpolation`: {interpolation}. Supported values are: {', '.join(INTERPOLATIONS)}"
        )
    return name


def normalized_format(value, default=None) -> str:
    """ "channels_last" or "channels_first"; `image_data_format()` for None, unless there is another default."""
    value = value if value is not None else default or config.image_data_format()
    name = value.lower() if isinstance(value, str) else value
    if name not in ("channels_last", "channels_first"):
        raise ValueError(
            f'The `data_format` argument must be one of "channels_first", "channels_last". Received: {value}'
        )
    return name


def normalized_padding(value) -> str:
    """ "valid" or "same", however it is written."""
    name = value.lower() if isinstance(value, str) else value
    if name not in ("valid", "same"):
        raise ValueError(f'The `padding` argument must be one of "valid", "same". Received: {value}')
    return name


def normalized_tuple(value, n, name, allow_zero=False) -> tuple[int, ...]:
    """n integers of one or of n of them.

    Raises:
        ValueError: something else; below 1, or below 0 if zeros are allowed.
    """
    wrong = f"The `{name}` argument must be a tuple of {n} integers. Received: {value}"
    if is_integer(value):
        found = (int(value),) * n
    else:
        try:
            found = tuple(value)
        except TypeError:
            raise ValueError(wrong) from None
        for v in found:
            if not hasattr(v, "__index__"):
                raise ValueError(f"{wrong} including element {v} of type {type(v)}")
        found = tuple(int(v) for v in found)
    if len(found) != n:
        raise ValueError(wrong)
    bad = {v for v in found if v < (0 if allow_zero else 1)}
    if bad:
        raise ValueError(
            f"{wrong} including {bad} that does not satisfy the requirement `{'>= 0' if allow_zero else '> 0'}`."
        )
    return found
