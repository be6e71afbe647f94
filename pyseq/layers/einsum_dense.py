"""EinsumDense: a dense layer whose product is named by letters."""

from __future__ import annotations

import re

from pyseq import activations, constraints, initializers, regularizers
from pyseq.layers.base import Layer
from pyseq.ops import einsum as ops
from pyseq.ops import elementwise


class EinsumDense(Layer):
    """`activation(einsum(equation, x, kernel) + bias)`.

    Args:
        equation: "letters of the input, letters of the kernel -> letters of the output"; "..." at the beginning or the end of
            input and output stands for any axes.
        output_shape: of a sample: the extents of the output's letters but the first, None for those that the input has; with
            "..." in front, all that follow it. An int for one.
        activation: name or function; none by default.
        bias_axes: the output's letters for which there is a bias; None: no bias.
        kernel_initializer, bias_initializer: name, object or function.
        kernel_regularizer, bias_regularizer: penalty on the weights, added to the loss.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.
    Example:
        >>> layer = EinsumDense("abc,cd->abd", output_shape=(None, 64), bias_axes="d")
        >>> layer(np.ones((2, 5, 3))).shape
        (2, 5, 64)
    """

    _takes_one_tensor = True

    def __init__(
        self, equation, output_shape, activation=None, bias_axes=None, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.equation = equation
        self.partial_output_shape = [output_shape] if isinstance(output_shape, int) else list(output_shape)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.kernel = self.bias = None

    def build(self, input_shape):
        kernel_shape, bias_shape, _ = self._shapes(input_shape)
        self.kernel = self.add_weight(
            "kernel", kernel_shape, initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        if bias_shape is not None:
            self.bias = self.add_weight(
                "bias", bias_shape, initializer=self.bias_initializer, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )  # fmt: skip
        super().build(input_shape)

    def _shapes(self, input_shape):
        """Shapes of kernel, bias (None: there is none) and output."""
        found = re.fullmatch(r"(\.\.\.)?([A-Za-z]+)(\.\.\.)?,([A-Za-z]+)->(\.\.\.)?([A-Za-z]+)(\.\.\.)?", self.equation)
        if found is None or found[1] != found[5] or found[3] != found[7] or found[1] and found[3]:
            raise ValueError(
                f"Invalid einsum equation '{self.equation}'. Equations must be in the form [X],[Y]->[Z], ...[X],[Y]->...[Z], or "
                "[X]...,[Y]->[Z]...."
            )
        left, of_kernel, to = found[2], found[4], found[6]
        free = len(input_shape) - len(left)
        if free < 0 or free and not (found[1] or found[3]):
            raise ValueError(
                f'Layer "{self.name}": the equation must have a letter for each axis of the input. '
                f"Received: equation={self.equation!r}, input_shape={tuple(input_shape)}."
            )
        lead, tail = (free if found[1] else 0), (free if found[3] else 0)
        extents = dict(zip(left, input_shape[lead : len(input_shape) - tail], strict=True))
        dots = tuple(input_shape[:lead]) + tuple(input_shape[len(input_shape) - tail :] if tail else ())
        output = self._output_extents(to, extents, lead)
        for letter, extent in zip(to, output, strict=True):
            extents.setdefault(letter, extent)
        unknown = [c for c in of_kernel if extents.get(c) is None]
        if unknown:
            raise ValueError(
                f"Weight dimension '{unknown[0]}' did not have a match in either the input spec '{left}' or the output spec "
                f"'{to}'. For this layer, the weight must be fully specified."
            )
        shape = (*dots, *output) if lead else (*output, *dots)
        return tuple(extents[c] for c in of_kernel), self._bias_shape(to, output, tail), shape

    def _output_extents(self, to, extents, lead):
        """The extents of the output's letters; checked against those of the input."""
        given = list(self.partial_output_shape)
        if lead:  # "..." is the batch: the shape says all letters
            given = given[len(given) - len(to) :]
        else:
            given = [None, *given][: len(to)]
        if len(given) != len(to):
            raise ValueError(
                f'Layer "{self.name}": `output_shape` must have an extent for each letter of the output but the batch axis. '
                f"Received: equation={self.equation!r}, output_shape={self.partial_output_shape}."
            )
        output = []
        for letter, said in zip(to, given, strict=True):
            known = extents.get(letter)
            if said is not None and known is not None and said != known:
                raise ValueError(
                    f"Input shape and output shape do not match at shared dimension '{letter}'. Input shape is {known}, and "
                    f"output shape is {said}."
                )
            output.append(known if said is None else said)
        return tuple(output)

    def _bias_shape(self, to, output, tail):
        if not self.bias_axes:
            return None
        for letter in self.bias_axes:
            if letter not in to:
                raise ValueError(f"Bias dimension '{letter}' was requested, but is not part of the output spec '{to}'")
        first = min(to.index(c) for c in self.bias_axes)
        shape = [d if c in self.bias_axes else 1 for c, d in zip(to, output, strict=True)][first:]
        return (*shape, *(1,) * tail)

    def call(self, inputs):
        y = ops.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            y = elementwise.add(y, self.bias)
        return self.activation(y)

    def compute_output_shape(self, input_shape):
        return self._shapes(input_shape)[2]

    def get_config(self):
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
