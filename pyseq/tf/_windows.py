"""What tf.nn's convolutions and poolings are told of their windows: formats, numbers for axes, paddings."""

from __future__ import annotations

from pyseq.ops.check import is_integer

FORMATS = {
    **dict.fromkeys(("NWC", "NHWC", "NDHWC"), "channels_last"),
    **dict.fromkeys(("NCW", "NCHW", "NCDHW"), "channels_first"),
}


def format_of(who, data_format, rank):
    """pyseq's word for TensorFlow's."""
    if data_format is None:
        return "channels_last"
    if FORMATS.get(data_format) is None or len(data_format) != rank + 2:
        known = [f for f in FORMATS if len(f) == rank + 2]
        raise ValueError(
            f"{who}: `data_format` must be one of {known} for images of {rank} axes. Received: data_format={data_format!r}."
        )
    return FORMATS[data_format]


def inner(values, form):
    """Those of the image's axes, of one for each axis of x; and those of batch and channels."""
    return (values[1:-1], (values[0], values[-1])) if form == "channels_last" else (values[2:], values[:2])


def of_image(who, name, value, rank, form):
    """One number for each axis of the image, of one number, of so many, or of those with batch and channels (1, 1)."""
    if is_integer(value):
        return (int(value),) * rank
    value = tuple(value) if hasattr(value, "__len__") else (value,)
    if not all(map(is_integer, value)):
        raise TypeError(f"{who}: `{name}` must be integers. Received: {name}={value!r}.")
    value = tuple(map(int, value))
    if len(value) == rank + 2:
        image, outer = inner(value, form)
        if outer != (1, 1):
            raise ValueError(f"{who}: `{name}` must be 1 for batch and channels. Received: {name}={list(value)}.")
        return image
    if len(value) not in (1, rank):
        raise ValueError(f"{who}: `{name}` must have 1, {rank} or {rank + 2} elements. Received: {name}={list(value)}.")
    return value * rank if len(value) == 1 else value


def paddings(who, padding, rank, form):
    """padding as the ops take it: a word, or pairs for the axes of the image."""
    if isinstance(padding, str):
        return padding.lower() if padding in ("VALID", "SAME", "valid", "same") else padding
    pairs = tuple(tuple(int(p) for p in pair) for pair in padding)
    if len(pairs) != rank + 2 or any(map(any, inner(pairs, form)[1])):
        raise ValueError(
            f"{who}: `padding` must be 'VALID', 'SAME' or {rank + 2} pairs, (0, 0) for batch and channels. "
            f"Received: padding={padding}."
        )
    return inner(pairs, form)[0]
