"""The table of `model.summary()` in the layout of TensorFlow 2.15: what is longer than its column goes on in the next line.

Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #
=================================================================
 batch_normalization (Batch  (None, 10)                40
 Normalization)

=================================================================
Total params: 40 (160.00 Byte)
"""

from __future__ import annotations

from pyseq.utils.summary import bytes_of, columns, counted, output_shape, params

_CHAIN = 65, (0.45, 0.85, 1.0), ("Layer (type)", "Output Shape", "Param #")
_GRAPH = 98, (0.3, 0.6, 0.7, 1.0), ("Layer (type)", "Output Shape", "Param #", "Connected to")
_ENDS = "),", "},", "],", "',"  # after the first of these a line is broken
_UNITS = "Byte", "KB", "MB", "GB", "TB"


def print_wrapped(model, layers, inputs_of, line_length, positions, print_fn, expand_nested, show_trainable):
    """Print the table. Arguments as of `print_summary`; layers: those to show; inputs_of: names of a layer's inputs, or None."""
    layout = _CHAIN if inputs_of is None else _GRAPH
    length, ends, headings = columns(layout, line_length, positions, show_trainable)

    def print_rows(cells, depth=0):
        for line in _rows(cells, ends, depth):
            print_fn(line)

    def print_rule(character, depth):
        print_fn("|" * depth + character * (length - 2 * depth) + "|" * depth)

    def print_layer(layer, depth, is_last):
        cells = [f"{layer.name} ({type(layer).__name__})", output_shape(layer), params(layer)]
        if inputs_of is not None:
            cells.append(str([] if depth else inputs_of(layer)))
        if show_trainable:
            cells.append("Y" if layer.trainable else "N")
        print_rows(cells, depth)
        inner = getattr(layer, "layers", None) if expand_nested else None
        if inner:
            print_rule("¯", depth + 1)
            for k, of_inner in enumerate(inner):
                print_layer(of_inner, depth + 1, k == len(inner) - 1)
            print_rule("¯", depth)
        elif not is_last:
            print_rule(" ", depth)

    print_fn(f'Model: "{model.name}"')
    print_rule("_", 0)
    print_rows(headings)
    print_rule("=", 0)
    for layer in layers:
        print_layer(layer, 0, False)
    print_rule("=", 0)
    sums = [(counted(w), bytes_of(w)) for w in (model.trainable_weights, model.non_trainable_weights)]
    both = tuple(map(sum, zip(*sums, strict=True)))
    for name, (count, size) in zip(("Total", "Trainable", "Non-trainable"), (both, *sums), strict=True):
        print_fn(f"{name} params: {count} ({_readable(size)})")
    print_rule("_", 0)


def _rows(cells, ends, depth):
    """The lines of a row of the table, inside of `depth` frames."""
    left = list(cells)
    last = len(ends) - 1
    while any(left):
        line = ""
        for k, (start, end) in enumerate(zip((0, *ends), ends, strict=False)):
            room = end - start - (0 if k == last else 3) - (depth if k == 0 else 0)
            cell, left[k] = _broken(left[k], max(room, 1))
            line += ("|" * depth + " " if k == 0 else "") + cell + ("" if k == last else "  ")
            line = line.ljust(end - (depth if k == last else 0))
        yield line + "|" * depth


def _broken(text, room):
    """(what stands in this line, what is left for the next) of a cell."""
    ends = [text.find(end, 0, room) + len(end) for end in _ENDS if text.find(end, 0, room) >= 0]
    room = min(ends, default=room)
    return text[:room], text[room:]


def _readable(size):
    """Bytes in the largest unit of which there is at least one."""
    for unit in _UNITS:
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"
