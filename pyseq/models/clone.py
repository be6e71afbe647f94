"""clone_model: a model of the same layers with weights of its own."""

from __future__ import annotations

from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import flatten
from pyseq.layers.input import Input, InputLayer
from pyseq.layers.node import replace
from pyseq.models.functional import Functional
from pyseq.models.graph import replayed
from pyseq.models.model import Model
from pyseq.models.sequential import Sequential


def clone_model(model, input_tensors=None, clone_function=None):
    """A model of the same architecture with fresh weights. It is not compiled.

    Args:
        input_tensors: symbolic tensors to be the inputs of the new model, in the order of the old ones.
        clone_function: makes the new layer of each layer of a Sequential or functional model (not of its inputs); by
            default `layer.from_config(layer.get_config())`. One that returns the layer itself shares it.
    Source: tf.keras.models.clone_model.

    Example:
        >>> fresh = clone_model(model)
        >>> fresh.set_weights(model.get_weights())
    """
    if not isinstance(model, Model):
        raise ValueError(f"clone_model: `model` must be a Model. Received: model={model!r} of type {type(model)}.")
    if isinstance(model, Sequential):
        return _clone_sequential(model, input_tensors, clone_function)
    if isinstance(model, Functional) and (type(model) is Functional or clone_function is not None):
        return _clone_functional(model, input_tensors, clone_function)
    if clone_function is not None or input_tensors is not None:
        raise ValueError(
            "Arguments clone_function and input_tensors are only supported for Sequential models or Functional models. "
            f"Received model of type '{type(model).__name__}', with clone_function={clone_function} and "
            f"input_tensors={input_tensors}"
        )
    return type(model).from_config(model.get_config())


def _clone_sequential(model, input_tensors, clone_function):
    clone_function = _checked(clone_function)
    given = model._input_layer is not None and not model.__dict__.get("_deferred", False)
    entry = _fresh(model._input_layer) if given else None
    if input_tensors is not None:
        entry = _entry(input_tensors)
    return Sequential([*([entry] if entry else []), *map(clone_function, model.layers)], name=model.name)


def _clone_functional(model, input_tensors, clone_function):
    clone_function = _checked(clone_function)
    entries = [_new_input(t) for t in model.inputs] if input_tensors is None else flatten(input_tensors)
    if len(entries) != len(model.inputs) or not all(isinstance(t, KerasTensor) for t in entries):
        raise ValueError(
            f"clone_model: `input_tensors` must be {len(model.inputs)} symbolic tensors. Received: {input_tensors}."
        )
    new = {id(t): entry for t, entry in zip(model.inputs, entries, strict=True)}
    layers = {}

    def layer_for(layer):
        if id(layer) not in layers:
            layers[id(layer)] = clone_function(layer)
        return layers[id(layer)]

    made = replayed(model._graph, new, layer_for)
    inputs = replace(model.input, lambda t: new[id(t)])
    clone = Functional(inputs, replace(model.output, lambda t: made[id(t)]), name=model.name)
    if model._extra:
        clone._extra.extend(made[id(t)] for t in model._extra)
        clone._connect()
    return clone


def _new_input(t):
    return Input(batch_shape=t.shape, dtype=t.dtype, name=t.layer.name)


def _checked(clone_function):
    if clone_function is not None and not callable(clone_function):
        raise ValueError(
            f"clone_model: `clone_function` must be a function of a layer. Received: clone_function={clone_function!r}."
        )
    return clone_function or _fresh


def _fresh(layer):
    return type(layer).from_config(layer.get_config())


def _entry(input_tensors):
    inputs = list(input_tensors) if isinstance(input_tensors, (list, tuple)) else [input_tensors]
    if len(inputs) != 1:
        raise ValueError(
            f"To clone a `Sequential` model, we expect at most one tensor as part of `input_tensors`. Received: {input_tensors}"
        )
    entry = inputs[0].layer if isinstance(inputs[0], KerasTensor) else inputs[0]
    if not isinstance(entry, InputLayer):
        raise ValueError(
            "Cannot clone a `Sequential` model on top of a tensor that comes from a Keras layer other than an `InputLayer`. "
            f"Use the Functional API instead. Received: input_tensors={input_tensors}"
        )
    return entry
