"""The table `model.summary()` prints, in the layout of TensorFlow 2.0 to 2.4: 65 columns, what is longer is cut at the edge.

    Model: "sequential"
    _________________________________________________________________
    Layer (type)                 Output Shape              Param #
    =================================================================
    dense (Dense)                (None, 8)                 40
    _________________________________________________________________

A functional model whose layers are no plain chain gets 98 columns, with the inputs of each layer in a fourth one. That of TensorFlow
2.15, which `config.set_summary_layout("2.15")` asks for, is in summary_wrapped.py.
"""

from __future__ import annotations

import math

from pyseq.core import config
from pyseq.models.connections import in_range

_CHAIN = 65, (0.45, 0.85, 1.0), ("Layer (type)", "Output Shape", "Param #")
_GRAPH = 98, (0.33, 0.55, 0.67, 1.0), ("Layer (type)", "Output Shape", "Param #", "Connected to")
_TRAINABLE = 11, "Trainable"  # columns, heading


def print_summary(
    model, line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False, layer_range=None
):
    """Print the table of a model's layers and the counts of its parameters.

    Args:
        model: has `name`, `layers` and weights. If it has `_connected_to(layer)`, the names of a layer's inputs as a list
            like `["dense[0][0]"]`, these are shown unless `_is_chain()`: each layer takes just the one before it.
        line_length: columns of a line; 65 (98 with inputs) by default.
        positions: where the columns of the table end, as fractions of `line_length` or in characters.
        print_fn: called with each line; `print` by default.
        expand_nested: show the layers of models inside the model, in a frame?
        show_trainable: add a column, Y or N?
        layer_range: [first, last], regular expressions that match the names of the first and last layer to show.
    """
    print_fn = print_fn or print
    inputs_of = inputs_of_layers(model)
    layers = in_range(model.layers, layer_range, "summary")
    if config.summary_layout() == "2.15":
        from pyseq.utils.summary_wrapped import print_wrapped

        print_wrapped(model, layers, inputs_of, line_length, positions, print_fn, expand_nested, show_trainable)
        return
    length, ends, headings = columns(_CHAIN if inputs_of is None else _GRAPH, line_length, positions, show_trainable)

    print_fn(f'Model: "{model.name}"')
    print_fn("_" * length)
    print_fn(_row(headings, ends))
    print_fn("=" * length)

    def print_layers(layers, depth):
        for i, layer in enumerate(layers):
            if i:
                print_fn(_framed("_" * length, depth))
            inputs = ([] if inputs_of is None or depth else inputs_of(layer)) or [""]
            cells = [f"{layer.name} ({type(layer).__name__})", output_shape(layer), params(layer)]
            if inputs_of is not None:
                cells.append(inputs[0])
            if show_trainable:
                cells.append("Y" if layer.trainable else "N")
            print_fn(_framed(_row(cells, ends, depth), depth))
            for further in inputs[1:]:
                print_fn(_row(["", "", "", further], ends))
            if expand_nested and getattr(layer, "layers", None):
                print_fn(_framed("¯" * length, depth + 1))
                print_layers(layer.layers, depth + 1)
                print_fn(_framed("¯" * length, depth))

    print_layers(layers, 0)

    print_fn("=" * length)
    trainable, fixed = counted(model.trainable_weights), counted(model.non_trainable_weights)
    print_fn(f"Total params: {trainable + fixed:,}")
    print_fn(f"Trainable params: {trainable:,}")
    print_fn(f"Non-trainable params: {fixed:,}")
    print_fn("_" * length)


def columns(layout, line_length, positions, show_trainable):
    """(length of a line, where the columns end, their headings) of (length, fractions, headings) and what the user wants."""
    length, fractions, headings = layout
    length = line_length or length
    ends = list(positions or fractions)
    if ends[-1] <= 1:
        ends = [int(length * fraction) for fraction in ends]
    if not show_trainable:
        return length, ends, list(headings)
    length += _TRAINABLE[0]
    return length, [*ends, length], [*headings, _TRAINABLE[1]]


def _row(cells, ends, depth=0):
    """Cells in columns that end at `ends`. What is too long is cut; between two columns there is always a blank."""
    line = " " * (depth + 1) if depth else ""
    for i, (cell, end) in enumerate(zip(cells, ends, strict=False)):
        line = (line[:-1] + " " if i else line) + cell
        line = line[:end].ljust(end)
    return line


def _framed(line, depth):
    """The line with the sides of `depth` frames around it."""
    bars = "|" * depth
    return bars + line[depth : len(line) - depth] + bars


def inputs_of_layers(model):
    """`model._connected_to`, or None if there is none or each layer just takes the one before it."""
    connected_to = getattr(model, "_connected_to", None)
    return None if connected_to is None or model._is_chain() else connected_to


def output_shape(layer) -> str:
    """The shape as the table shows it."""
    try:
        return str(_as_tuples(layer.output_shape))
    except AttributeError:
        return "multiple"  # never used in a model whose shapes are known
    except RuntimeError:
        return "?"


def _as_tuples(shapes):
    """Shapes as tuples, which is how they are shown in lists and dicts, too."""
    if isinstance(shapes, dict):
        return {name: _as_tuples(shape) for name, shape in shapes.items()}
    if isinstance(shapes, (list, tuple)):
        return (tuple if isinstance(shapes, tuple) else list)(map(_as_tuples, shapes))
    return shapes


def params(layer) -> str:
    """The number of parameters as the table shows it."""
    if not layer.built and not layer.weights:
        return "0 (unused)"
    return str(layer.count_params())


def counted(weights) -> int:
    """The number of scalars in variables, each counted once."""
    return sum(math.prod(w.shape) for w in {id(w): w for w in weights}.values())


def bytes_of(weights) -> int:
    """The bytes that variables take, each counted once."""
    return sum(math.prod(w.shape) * w.dtype.itemsize for w in {id(w): w for w in weights}.values())
