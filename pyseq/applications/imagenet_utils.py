"""ImageNet's images and classes: how images are prepared for networks trained on them, and what predictions mean."""

from __future__ import annotations

import functools
import json

import numpy as np

from pyseq.core import Tensor, config
from pyseq.core.keras_tensor import KerasTensor

CLASS_INDEX = "imagenet_class_index.json"
CLASS_INDEX_URL = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
MODES = {  # scale; are the channels turned round, RGB to BGR?; then mean and deviation of each channel
    "caffe": (1.0, True, (103.939, 116.779, 123.68), None),
    "tf": (127.5, False, 1.0, None),
    "torch": (255.0, False, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def preprocess_input(x, data_format=None, mode="caffe"):
    """Images as networks trained on ImageNet want them.

    Args:
        x: images of 0 to 255, channels in the order red, green, blue: array, tensor or symbolic tensor, one image or a batch.
            A NumPy array of floats is changed in place, as in tf.keras; everything else is left as it is.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        mode: "caffe": blue first, ImageNet's mean taken off each channel. "tf": from -1 to 1. "torch": from 0 to 1,
            then ImageNet's mean and deviation taken off each channel.
    Returns:
        An array for an array, otherwise a tensor; integers become `floatx()`.
    """
    who = "preprocess_input"
    if mode not in MODES:
        raise ValueError(f"{who}: `mode` must be one of {list(MODES)}. Received: mode={mode!r}.")
    data_format = config.image_data_format() if data_format is None else data_format
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f'{who}: `data_format` must be "channels_first" or "channels_last". Received: data_format={data_format!r}.'
        )
    if not isinstance(x, (np.ndarray, Tensor, KerasTensor)):
        raise TypeError(f"{who}: `x` must be an array or a tensor of images. Received: a {type(x).__name__}.")
    axis = -1 if data_format == "channels_last" else -3
    if len(x.shape) < 3 or mode != "tf" and x.shape[axis] not in (3, None):
        raise ValueError(
            f"{who}: `x` must be one image or a batch of them, with 3 channels on axis {axis}. Received: x.shape={tuple(x.shape)}."
        )
    return (_in_place if isinstance(x, np.ndarray) else _of_tensor)(x, axis, *MODES[mode])


def _along(values, axis):
    """Numbers of each channel as an array that broadcasts along the axis of the channels."""
    return values if values is None or isinstance(values, float) else np.reshape(values, (3,) + (1,) * (-axis - 1))


def _in_place(x, axis, scale, turned, mean, deviation):
    x = x if np.issubdtype(x.dtype, np.floating) else x.astype(config.floatx())
    if scale != 1:
        x /= scale
    if turned:
        x = np.flip(x, axis)
    x -= _along(mean, axis)
    if deviation is not None:
        x /= _along(deviation, axis)
    return x


def _of_tensor(x, axis, scale, turned, mean, deviation):
    from pyseq.tf import math, nn, tensors  # whose functions make layers of the names that tf.keras gives them

    x = x if x.dtype.is_floating else tensors.cast(x, config.floatx())
    x = math.truediv(x, scale) if scale != 1 else x
    if turned:
        x = x[..., ::-1] if axis == -1 else x[..., ::-1, :, :]
    if isinstance(mean, float):
        x = math.subtract(x, mean)
    elif axis == -1:
        x = nn.bias_add(x, -np.asarray(mean, x.dtype.numpy), data_format="NHWC")
    else:
        x = math.subtract(x, _along(mean, axis).astype(x.dtype.numpy))
    return x if deviation is None else math.truediv(x, np.asarray(_along(deviation, axis), x.dtype.numpy))


def preprocessing(mode, module):
    """The `preprocess_input` of a family whose images are prepared in this mode."""

    def function(x, data_format=None):
        return preprocess_input(x, data_format, mode)

    doc = preprocess_input.__doc__
    before, modes, after = doc.partition("        mode:")[0], _MODE_DOC[mode], doc[doc.index("    Returns:") :]
    return _named(function, module, before.replace("want them.", f"want them: {modes}.", 1) + after)


def unchanged(module):
    """The `preprocess_input` of a family whose models prepare their images themselves."""

    def function(x, data_format=None):
        return x

    return _named(function, module, "Images as they are, of 0 to 255: the model itself prepares them.")


_MODE_DOC = {
    "caffe": "blue first, the mean taken off each channel",
    "tf": "from -1 to 1",
    "torch": "from 0 to 1, then less the mean and divided by the deviation of each channel",
}


def _named(function, module, doc):
    function.__name__ = function.__qualname__ = "preprocess_input"
    function.__module__, function.__doc__ = module, doc
    return function


def decode_predictions(preds, top=5):
    """For each image the classes with the highest predictions, best first.

    Args:
        preds: (N, 1000), what a model for ImageNet's classes predicted: array or tensor.
        top: how many.
    Returns:
        A list for each image, of tuples (WordNet's number of the class, its name, prediction).
    Raises:
        FileNotFoundError: the names of the classes are not there; the message says where they belong.
    """
    preds = np.asarray(preds.numpy() if isinstance(preds, Tensor) else preds)
    if preds.ndim != 2 or preds.shape[1] != 1000:
        raise ValueError(
            f"decode_predictions: `preds` must be of shape (samples, 1000). Received: preds.shape={preds.shape}."
        )
    names = _class_index(_class_file())
    best = np.argsort(preds, axis=1)[:, ::-1][:, :top]
    return [[(*names[str(k)], row[k]) for k in order] for row, order in zip(preds, best, strict=True)]


def _class_file():
    from pyseq.utils.download import keras_home

    path = keras_home() / "models" / CLASS_INDEX
    if not path.exists():
        raise FileNotFoundError(
            f"decode_predictions: the names of ImageNet's classes must be in {path}, where tf.keras keeps them; pyseq does not "
            f"download them. Put the file there: {CLASS_INDEX_URL}"
        )
    return path


@functools.cache
def _class_index(path):
    """{"0": ["n01440764", "tench"], ...}."""
    with open(path, encoding="utf-8") as f:
        return json.load(f)
