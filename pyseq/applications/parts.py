"""What the applications share: their arguments and how those are checked, the entry, the top, and the commonest blocks.

A file of this folder is a table of a network's sizes and the function that reads it. Names of layers are tf.keras', so
that its weight files fit.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, field

from pyseq import layers
from pyseq.core import config
from pyseq.core.keras_tensor import KerasTensor
from pyseq.models import Model

IMAGENET_CLASSES = 1000


def channel_axis() -> int:
    """The axis of the channels in a batch of images: 3, or 1 with `image_data_format` "channels_first"."""
    return 3 if config.image_data_format() == "channels_last" else 1


# ------------------------------------------------------------------------------------------------------------- arguments


@dataclass
class Arguments:
    """What tf.keras' functions of this folder are given: the arguments that all of them have, and what goes with them.

    Attributes:
        who: name of the function, for messages.
        size, least: rows and columns of an image: usual with the classifier; the fewest that leave something to pool.
        whole: is a trained model more than its weights in a model made here?
    """

    who: str
    include_top: bool
    weights: str | os.PathLike | None
    input_tensor: object
    input_shape: tuple | None
    pooling: str | None
    classes: int
    classifier_activation: object
    size: int = 224
    least: int = 32
    whole: bool = False
    source: object = field(default=None, init=False)  # the symbolic tensor that the model is of

    def image(self):
        """The symbolic tensor with which the network begins. All arguments are right when it is there."""
        self._check_weights()
        if self.pooling not in (None, "avg", "max"):
            self._refuse("pooling", 'be None, "avg" or "max"')
        given = self.input_tensor
        if given is not None and not isinstance(given, KerasTensor):
            self._refuse(
                "input_tensor", "be symbolic, such as `keras.Input(shape=(224, 224, 3))`", type(given).__name__
            )
        shape = self.shape()
        if given is None:
            given = layers.Input(shape)
        elif len(given.shape) != 4:
            self._refuse("input_tensor", "be of images, 4-D", f"one of shape {given.shape}")
        elif self.input_shape is not None and any(
            None not in (a, b) and a != b for a, b in zip(shape, given.shape[1:], strict=True)
        ):
            self._refuse("input_shape", f"be that of `input_tensor` without the batch axis, {given.shape[1:]}")
        self.source = given
        return given

    def model(self, x, name):
        """The model from the image's source to x, with the weights of the file, if there is one."""
        model = Model(_inputs_of(self.source), x, name=name)
        if self.weights is not None:
            model.load_weights(self.weights)
        return model

    def pooled(self, x, top=None, avg=None, max=None):
        """With the classifier, the mean of each feature map, by a layer named `top`; without, what `pooling` asks for."""
        if self.include_top:
            return layers.GlobalAveragePooling2D(name=top)(x)
        if self.pooling is None:
            return x
        if self.pooling == "avg":
            return layers.GlobalAveragePooling2D(name=avg)(x)
        return layers.GlobalMaxPooling2D(name=max)(x)

    def classified(self, x, name, **of_dense):
        """The model, with a last layer for the classes if they are asked for."""
        if self.include_top:
            x = layers.Dense(self.classes, self.classifier_activation, name="predictions", **of_dense)(x)
        return self.model(x, name)

    def rows_columns(self, shape):
        """Rows and columns of the images of one shape."""
        return tuple(shape)[:2] if channel_axis() == 3 else tuple(shape)[1:]

    # --------------------------------------------------------------------------------------------------------- checks

    def _refuse(self, argument, rule, received=None):
        value = repr(getattr(self, argument)) if received is None else received
        raise ValueError(f"{self.who}: `{argument}` must {rule}. Received: {argument}={value}.")

    def _check_weights(self):
        if self.weights is None:
            return
        if self.weights == "imagenet":
            if self.include_top and self.classes != IMAGENET_CLASSES:
                self._refuse("classes", f'be {IMAGENET_CLASSES} with `weights="imagenet"` and `include_top`')
            trained = f'{self.who}(weights="imagenet")'
            instead = (
                "give the path of a file that has them: what tf.keras keeps in ~/.keras/models, or wrote with "
                f'`{trained}.save_weights("{self.who.lower()}.weights.h5")`.'
            )
            if self.whole:
                instead = (
                    f'let tf.keras save the whole model, `{trained}.save("{self.who.lower()}.keras")`, which '
                    "`keras.models.load_model` reads: with these weights it has one layer more."
                )
            raise NotImplementedError(
                f'{self.who}: pyseq downloads no weights, so `weights="imagenet"` cannot be had by that name. Use '
                f"`weights=None` for random ones, or {instead}"
            )
        if not isinstance(self.weights, (str, os.PathLike)) or not os.path.exists(self.weights):
            self._refuse("weights", "be None (random), or the path of a file (.h5, .weights.h5 or .keras) that exists")

    def shape(self):
        """Shape of one image: what was given, or the usual one."""
        first = channel_axis() == 1
        if self.input_shape is None:
            extent = self.size if self.include_top else None
            return (3, extent, extent) if first else (extent, extent, 3)
        shape = self.input_shape
        shape = tuple(shape) if isinstance(shape, (tuple, list)) else shape
        whole = isinstance(shape, tuple) and all(v is None or hasattr(v, "__index__") for v in shape)
        if not whole or len(shape) != 3:
            self._refuse("input_shape", "be three integers, rows, columns and channels", repr(shape))
        channels, image = (shape[0], shape[1:]) if first else (shape[2], shape[:2])
        if channels is None:
            self._refuse("input_shape", "say how many channels there are", shape)
        if self.include_top and None in image:
            self._refuse("input_shape", "have fixed rows and columns with `include_top=True`", shape)
        if any(v is not None and v < self.least for v in image):
            self._refuse("input_shape", f"be at least {self.least} x {self.least} pixels", shape)
        if channels not in (1, 3):
            warnings.warn(
                f"{self.who}: images usually have 1 or 3 channels, but `input_shape` says {channels}.", stacklevel=5
            )
        return shape


def _inputs_of(tensor):
    """The symbolic inputs that a symbolic tensor is computed from; one alone without a list."""
    found, seen, todo = [], set(), [tensor]
    while todo:
        t = todo.pop()
        if id(t) in seen:
            continue
        seen.add(id(t))
        if t.node.is_input:
            found.append(t)
        todo += reversed(t.node.keras_inputs)
    return found[0] if len(found) == 1 else found


# ---------------------------------------------------------------------------------------------------------------- blocks


def halving_pads(x, size):
    """Pads with which a "valid" window of so many pixels and strides of 2 sees what it would see with "same"."""
    rows, columns = x.shape[1:3] if channel_axis() == 3 else x.shape[2:4]
    before = [size // 2 - (0 if n is not None and n % 2 else 1) for n in (rows, columns)]
    return tuple((k, size // 2) for k in before)


def multiple_of(divisor, n):
    """The multiple of `divisor` next to n, at least 90 % of n, as MobileNetV2 rounds its filters."""
    rounded = max(divisor, int(n + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * n else rounded


# ------------------------------------------------------------------------------------------------------------- functions


def application(build, name, what, *table, size=224, least=32):
    """The function `name` of tf.keras' usual signature; build(arguments, *table) makes its model."""

    def function(
        include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=IMAGENET_CLASSES,
        classifier_activation="softmax",
    ):  # fmt: skip
        given = include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
        return build(Arguments(name, *given, size=size, least=least), *table)

    return named(function, name, what, build.__module__, least)


def named(function, name, what, module, least=32, extra=None):
    """The function under a name and with a docstring of its own; extra: {argument beyond the usual ones: what it is}."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = _DOC.format(
        name=name, what=what, least=least, extra="".join(f"\n    {k}: {v}" for k, v in (extra or {}).items())
    )
    return function


_DOC = """{name}: {what}

Args:
    include_top: with the layers that classify?
    weights: None, random ones; or the path of a file, of weights or of a whole model (.h5, .weights.h5, .keras). pyseq
        downloads none: "imagenet", the default as in tf.keras, is an error that says what to do.
    input_tensor: a symbolic tensor to begin with, instead of a new input.
    input_shape: of one image. With `include_top` the usual size by default, otherwise any; at least {least} x {least} pixels.
    pooling: without `include_top`, how the last feature maps become one number each: "avg", "max" or None, not at all.
    classes: number of classes, with `include_top`.
    classifier_activation: of the last layer, with `include_top`; None: logits.{extra}
Returns:
    A model. Its images must have gone through `preprocess_input` of this module if the weights were trained so.
"""
