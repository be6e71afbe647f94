"""Lambda: a function as a layer."""

from __future__ import annotations

import inspect

from pyseq.core.structure import is_shape, map_shapes
from pyseq.layers.base import Layer
from pyseq.registry import get_registered_object


class Lambda(Layer):
    """A function of tensors as a layer.

    A file keeps the name of the function, never its code: reading one back needs the function under its name, registered
    or in `custom_objects`. A layer that has weights is better written as a subclass of Layer.

    Args:
        function: of the inputs and of `arguments`; it is given `mask` and `training` if it has such arguments.
        output_shape: shape of a sample, or a function of the input's shape with the batch axis that gives the output's; by
            default it is found by running the function on shapes.
        mask: mask of the output, or a function of (inputs, mask) that gives it.
        arguments: dict of keyword arguments for the function.
    Input shape, output shape:
        As the function has them.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f'Layer "{self.name}": `function` must be callable. Received: function={function!r}.')
        if not (output_shape is None or callable(output_shape) or isinstance(output_shape, (int, tuple, list))):
            raise TypeError(
                f'Layer "{self.name}": `output_shape` must be a shape or a function of one. '
                f"Received: output_shape={output_shape!r}."
            )
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self._output_shape = output_shape
        self._takes = _arguments_of(function)

    def call(self, inputs, mask=None, training=None):
        kwargs = dict(self.arguments)
        if "mask" in self._takes:
            kwargs["mask"] = mask
        if "training" in self._takes:
            kwargs["training"] = training
        return self.function(inputs, **kwargs)

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape):
        if self._output_shape is None:
            try:
                return super().compute_output_shape(input_shape)
            except NotImplementedError as e:
                raise NotImplementedError(
                    f"We could not automatically infer the shape of the output of Lambda layer {self.name!r}. Please specify "
                    f"`output_shape` for this Lambda layer. {e}"
                ) from e
        if callable(self._output_shape):
            return _as_tuples(self._output_shape(input_shape))
        first = input_shape if is_shape(input_shape) else next(iter(_values(input_shape)))
        given = (self._output_shape,) if isinstance(self._output_shape, int) else self._output_shape
        if is_shape(given):
            return (first[0], *given)
        return type(given)([(first[0], *s) for s in given])

    def get_config(self):
        return {
            **super().get_config(),
            "function": self.function,
            "output_shape": self._output_shape,
            "mask": self.mask,
            "arguments": self.arguments,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The layer that `get_config` described; functions that are named must be registered or in `custom_objects`."""
        config = {k: v for k, v in config.items() if k not in _OF_CODE}
        for name in ("function", "output_shape", "mask"):
            config[name] = _function(name, config.get(name), custom_objects)
        return cls(**config)


# What tf.keras' files say beside the code of functions.
_OF_CODE = {"function_type", "module", "output_shape_type", "output_shape_module", "mask_type", "mask_module"}


def _arguments_of(function):
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # one of NumPy's or of another language, which does not say
        return frozenset()


def _function(argument, described, custom_objects):
    """A function by its name, as `get_config` and files describe it; anything else stays what it is."""
    if isinstance(described, dict) and described.get("class_name") == "__lambda__" or _is_code(described):
        raise ValueError(
            f"Lambda: `{argument}` is kept as code, which is not run. Save the model with a function that has a name, and pass "
            "it by `custom_objects={'name': function}`."
        )
    if isinstance(described, dict) and described.get("class_name") == "function":
        described = described["config"]
    if not isinstance(described, str):
        return described
    found = get_registered_object(described, custom_objects)
    if found is None:
        raise ValueError(
            f"Lambda: `{argument}` must be known by its name. Received: {described!r}. Register the function with "
            f"`keras.utils.register_keras_serializable`, or pass it by `custom_objects={{{described!r}: function}}`."
        )
    return found


def _is_code(x):
    """Is it what tf.keras writes for a lambda into .h5 files: [code, defaults, closure]?"""
    return isinstance(x, (list, tuple)) and len(x) == 3 and isinstance(x[0], str)


def _values(x):
    return x.values() if isinstance(x, dict) else x


def _as_tuples(shapes):
    return map_shapes(tuple, shapes)
