"""The layers of a model as a graph, for what shows models: the table of `summary` and the drawings of `plot_model`.

A model that is a graph has `_connected_to(layer)`: the inputs of a layer as names such as `["dense[0][0]"]` (layer, which of
its uses, which of its outputs). A Sequential is a chain. What the `call` of any other model does with its layers is not known.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Source(NamedTuple):
    """A tensor that a layer takes: output number `output` of use number `use` of `layer`."""

    layer: object
    use: int
    output: int


def is_graph(model) -> bool:
    """Is it known how the model's layers hang together?"""
    return hasattr(model, "_connected_to") or hasattr(model, "_input_layer")


def entry_of(model):
    """The input layer that a Sequential does not count among its layers; or None."""
    return getattr(model, "_input_layer", None)


def layers_of(model) -> list:
    """All layers of a model, input layers too, in the order they are computed in."""
    layers = list(model.layers)
    entry = entry_of(model)
    return layers if entry is None or any(entry is layer for layer in layers) else [entry, *layers]


def sources_of(model) -> dict[int, list[Source]]:
    """The inputs of each layer of a model that is a graph, by the layer's id; none for input layers."""
    layers = layers_of(model)
    connected_to = getattr(model, "_connected_to", None)
    if connected_to is None:
        chain = {id(b): [Source(a, 0, 0)] for a, b in zip(layers, layers[1:], strict=False)}
        return {id(layer): chain.get(id(layer), []) for layer in layers}
    named = {layer.name: layer for layer in layers}
    found = {}
    for layer in layers:
        matches = [re.fullmatch(r"(.*)\[(\d+)\]\[(\d+)\]", str(name)) for name in connected_to(layer)]
        found[id(layer)] = [Source(named[m[1]], int(m[2]), int(m[3])) for m in matches if m and m[1] in named]
    return found


def in_range(layers, layer_range, who):
    """The layers from the first to the last of a range of names.

    Args:
        layer_range: [first, last], regular expressions that match the beginning of the names; or None: all layers.
        who: the function whose argument it is.
    Raises:
        ValueError: it is not two strings, or one matches no name.
    """
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(
            f"{who}: `layer_range` must be [first name, last name]. Received: layer_range={layer_range!r}."
        )
    ends = []
    for pattern in layer_range:
        found = [i for i, layer in enumerate(layers) if re.match(pattern, layer.name)]
        if not found:
            names = [layer.name for layer in layers]
            raise ValueError(f"{who}: no layer's name matches {pattern!r} of `layer_range`. Layers: {names}.")
        ends.append(found)
    first, last = ends[0][0], ends[1][-1]
    if first > last:
        first, last = ends[1][0], ends[0][-1]
    return layers[first : last + 1]
