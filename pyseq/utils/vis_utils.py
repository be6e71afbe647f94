"""Drawings of models: boxes for layers, arrows for tensors; by pydot, which is imported when it is used, and Graphviz."""

from __future__ import annotations

import os
import sys

from pyseq.models.connections import entry_of, in_range, is_graph, layers_of, sources_of

NO_PYDOT = "You must install pydot (`pip install pydot`) for model_to_dot to work."
NO_GRAPHVIZ = (
    "You must install pydot (`pip install pydot`) and install graphviz (see instructions at "
    "https://graphviz.gitlab.io/download/) for plot_model to work."
)
RANKDIRS = ("TB", "BT", "LR", "RL")


def plot_model(
    model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB", expand_nested=False,
    dpi=96, layer_range=None, show_layer_activations=False, show_trainable=False, **kwargs,
):  # fmt: skip
    """Draw a model into a file. Without pydot or Graphviz it says what to install, and the program goes on.

    Args:
        to_file: name of the file; its ending is the format: png, svg, pdf, jpg and what else Graphviz writes.
        others: as of `model_to_dot`.
    Returns:
        In a notebook, the picture (not of a pdf); else None.
    Raises:
        ValueError: the model is not built; Graphviz does not know the format.
    """
    _no_other_arguments("plot_model", kwargs)
    _check(model, "plot_model", rankdir)
    if _pydot() is None:
        return print(NO_GRAPHVIZ, file=sys.stderr)
    dot = model_to_dot(
        model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi, layer_range=layer_range,
        show_layer_activations=show_layer_activations, show_trainable=show_trainable,
    )  # fmt: skip
    to_file = os.fspath(to_file)
    format = os.path.splitext(to_file)[1][1:]
    if not format:
        to_file, format = f"{to_file}.png", "png"
    try:
        picture = dot.create(format=format)
    except FileNotFoundError:
        return print(NO_GRAPHVIZ, file=sys.stderr)
    except (AssertionError, OSError) as e:
        raise ValueError(f"plot_model: Graphviz cannot draw this as {format!r}. Received: to_file={to_file!r}.") from e
    with open(to_file, "wb") as f:
        f.write(picture)
    display = sys.modules.get("IPython.display")
    return display.Image(data=picture, format=format) if display and format in ("png", "jpg", "jpeg", "gif") else None


def model_to_dot(
    model, show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB", expand_nested=False, dpi=96,
    subgraph=False, layer_range=None, show_layer_activations=False, show_trainable=False, **kwargs,
):  # fmt: skip
    """A model as a pydot graph. A subclassed model, whose `call` nobody sees into, is one box.

    Args:
        show_shapes, show_dtype, show_layer_names, show_layer_activations: what the boxes say, beside the class.
        show_trainable: T or NT before each layer?
        rankdir: direction of the arrows: "TB", "BT", "LR" or "RL".
        expand_nested: draw the layers of models inside the model, in a frame?
        dpi: dots per inch.
        subgraph: return a pydot.Cluster, to be part of another graph?
        layer_range: [first, last] names of layers to draw.
    Returns:
        A pydot.Dot, or a pydot.Cluster.
    Raises:
        ImportError: there is no pydot. ValueError: the model is not built.
    """
    _no_other_arguments("model_to_dot", kwargs)
    _check(model, "model_to_dot", rankdir)
    pydot = _pydot()
    if pydot is None:
        raise ImportError(NO_PYDOT)
    if subgraph:
        dot = _cluster(pydot, model)
    else:
        dot = pydot.Dot()
        dot.set("rankdir", rankdir)
        dot.set("concentrate", True)
        dot.set("dpi", dpi)
        dot.set_node_defaults(shape="record")
    labels = _Labels(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    drawing = _Drawing(pydot, labels, expand_nested)
    if is_graph(model):
        drawing.draw(dot, model, layer_range, "")
    else:
        dot.add_node(pydot.Node(str(id(model)), label=model.name))
    return dot


class _Drawing:
    """Puts the layers of a model and the arrows between them into a graph."""

    def __init__(self, pydot, labels, expand_nested):
        self.pydot, self.labels, self.expand_nested = pydot, labels, expand_nested

    def draw(self, dot, model, layer_range, frame):
        """The boxes of a model's layers. Returns the names of the boxes, by layer: (those it reads with, those it gives with).

        Args:
            frame: what the names of boxes in this frame begin with: models can share layers.
        """
        layers = in_range(layers_of(model), layer_range, "model_to_dot")
        boxes = {}
        for layer in layers:
            name = f"{frame}{id(layer)}"
            inner = self._framed(layer)
            if inner is None:
                dot.add_node(self.pydot.Node(name, label=self.labels.of(layer)))
                boxes[id(layer)] = [name], [name]
            else:
                cluster = _cluster(self.pydot, inner)
                boxes[id(layer)] = self._ends(inner, self.draw(cluster, inner, None, name))
                dot.add_subgraph(cluster)
        for layer in layers:
            for number, source in enumerate(sources_of(model).get(id(layer), ())):
                if id(source.layer) in boxes:
                    gives, reads = boxes[id(source.layer)][1], boxes[id(layer)][0]
                    start, end = gives[source.output % len(gives)], reads[number % len(reads)]
                    dot.add_edge(self.pydot.Edge(start, end))
        return boxes

    def _framed(self, layer):
        """The model whose layers are drawn instead of this one; or None."""
        return layer if self.expand_nested and is_graph(layer) and layers_of(layer) else None

    @staticmethod
    def _ends(model, boxes):
        """The boxes in a frame that arrows into it and out of it go to: by input and by output of the model."""
        layers = layers_of(model)
        graph = getattr(model, "_graph", None)
        first = [layers[0]] if graph is None else [t.layer for t in graph.inputs]
        last = [layers[-1]] if graph is None else [t.layer for t in graph.outputs]
        reads = [name for layer in first if id(layer) in boxes for name in boxes[id(layer)][0]]
        gives = [name for layer in last if id(layer) in boxes for name in boxes[id(layer)][1]]
        return reads, gives


class _Labels:
    """What is written in the boxes, in Graphviz' language of record labels."""

    def __init__(self, shapes, dtype, names, activations, trainable):
        self.shapes, self.dtype, self.names = shapes, dtype, names
        self.activations, self.trainable = activations, trainable

    def of(self, layer):
        """The label of a layer."""
        name, kind = layer.name, type(layer).__name__
        inner = getattr(layer, "layer", None)
        if hasattr(inner, "call"):  # a wrapper
            name, kind = f"{name}({inner.name})", f"{kind}({type(inner).__name__})"
        label = _escaped(kind)
        activation = getattr(layer, "activation", None)
        if self.activations and activation is not None:
            label = _record(label, _escaped(_name_of(activation)))
        if self.names:
            label = f"{_escaped(name)}|{label}"
        if self.dtype:
            label = f"{label}|{layer.dtype or '?'}"
        if self.shapes:
            shapes = _record(_record(_shape(layer, "input")), _record(_shape(layer, "output")))
            label = f"{_record(label)}|{_record('input:', 'output:')}|{shapes}"
        if self.trainable:
            label = f"{'T' if layer.trainable else 'NT'}|{label if self.shapes else _record(label)}"
        return label


def _record(*fields):
    """Fields beside each other, or below each other if they are inside such fields."""
    return "{" + "|".join(fields) + "}"


def _shape(layer, which):
    try:
        shape = getattr(layer, f"{which}_shape")
    except (AttributeError, RuntimeError):
        return "?"
    if type(layer).__name__ == "InputLayer" and isinstance(shape, tuple):
        shape = [shape]
    return str(shape).replace("{", r"\{").replace("}", r"\}")


def _name_of(function):
    return getattr(function, "name", None) or getattr(function, "__name__", None) or type(function).__name__


def _escaped(text):
    """The text with what has a meaning in labels of records made to mean itself."""
    return "".join(f"\\{c}" if c in "{}|<>" else c for c in text)


def _cluster(pydot, model):
    cluster = pydot.Cluster(style="dashed", graph_name=model.name)
    cluster.set("label", model.name)
    cluster.set("labeljust", "l")
    return cluster


def _check(model, who, rankdir):
    from pyseq.models.model import NOT_BUILT

    if rankdir not in RANKDIRS:
        raise ValueError(f"{who}: `rankdir` must be one of {', '.join(RANKDIRS)}. Received: rankdir={rankdir!r}.")
    if not model.built or (hasattr(model, "_input_layer") and entry_of(model) is None):
        raise ValueError(NOT_BUILT)


def _no_other_arguments(who, kwargs):
    if kwargs:
        raise ValueError(f"{who}: Unrecognized keyword arguments: {sorted(kwargs)}.")


def _pydot():
    """The module; None if it is not installed."""
    try:
        import pydot
    except ImportError:
        return None
    return pydot
