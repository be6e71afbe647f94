"""A model as a notebook shows it: the table of `summary()` in plain HTML, without styles of its own and without scripts."""

from __future__ import annotations

from html import escape

from pyseq.utils.summary import counted, output_shape, params

DEPTH = "&nbsp;" * 4  # before the name of a layer of a model inside the model, for each floor


def table(model) -> str:
    """The HTML of a table with a row for each layer: name, class, output shape, parameters."""
    heading = f"{type(model).__name__} <b>{escape(model.name)}</b>"
    rows = "".join(_rows(model, 0, model.built))
    if not model.built:
        rows = rows or '<tr><td colspan="4">no layers yet</td></tr>'
        total = "not built: its weights are made by the first call, or by <code>build(input_shape)</code>"
    else:
        trainable, fixed = counted(model.trainable_weights), counted(model.non_trainable_weights)
        total = f"{trainable + fixed:,} parameters, {trainable:,} of them trainable"
    return (
        f"<table><caption>{heading}</caption><thead><tr><th>Layer</th><th>Type</th><th>Output shape</th><th>Parameters</th></tr>"
        f'</thead><tbody>{rows}</tbody><tfoot><tr><td colspan="4">{total}</td></tr></tfoot></table>'
    )


def _rows(model, depth, known):
    for layer in model.layers:
        name = DEPTH * depth + escape(layer.name)
        shape, number = (output_shape(layer), _params(layer)) if known else ("?", "?")
        cells = (name, escape(type(layer).__name__), escape(shape), number)
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        if hasattr(layer, "layers"):
            yield from _rows(layer, depth + 1, known)


def _params(layer):
    if not layer.built:
        return "0 (unused)"
    found = params(layer)
    return f"{int(found):,}" if found.isdecimal() else found
