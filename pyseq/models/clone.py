"""clone_model: a model of the same layers with weights of its own."""

from __future__ import annotations

from pyseq.layers.input import InputLayer, KerasTensor
from pyseq.models.model import Model
from pyseq.models.sequential import Sequential


def clone_model(model, input_tensors=None, clone_function=None):
    """A model of the same architecture with fresh weights. It is not compiled.

    Args:
        input_tensors: an `Input` to be the entry of the new Sequential model, or a list of one.
        clone_function: makes the new layer of each layer of a Sequential model (not of its entry); by default
            `layer.from_config(layer.get_config())`. One that returns the layer itself shares it.
    Source: tf.keras.models.clone_model.

    Example:
        >>> fresh = clone_model(model)
        >>> fresh.set_weights(model.get_weights())
    """
    if not isinstance(model, Model):
        raise ValueError(f"clone_model: `model` must be a Model. Received: model={model!r} of type {type(model)}.")
    if isinstance(model, Sequential):
        return _clone_sequential(model, input_tensors, clone_function)
    if clone_function is not None or input_tensors is not None:
        raise ValueError(
            "Arguments clone_function and input_tensors are only supported for Sequential models or Functional models. "
            f"Received model of type '{type(model).__name__}', with clone_function={clone_function} and "
            f"input_tensors={input_tensors}"
        )
    return type(model).from_config(model.get_config())


def _clone_sequential(model, input_tensors, clone_function):
    clone_function = _fresh if clone_function is None else clone_function
    if not callable(clone_function):
        raise ValueError(
            f"clone_model: `clone_function` must be a function of a layer. Received: clone_function={clone_function!r}."
        )
    given = model._input_layer is not None and not model.__dict__.get("_deferred", False)
    entry = _fresh(model._input_layer) if given else None
    if input_tensors is not None:
        entry = _entry(input_tensors)
    return Sequential([*([entry] if entry else []), *map(clone_function, model.layers)], name=model.name)


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
