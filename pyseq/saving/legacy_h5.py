"""`.h5` files as Keras 2 writes them.

    attributes      keras_version, backend, model_config, training_config (JSON)
    model_weights   attribute layer_names; for each layer a group with the attribute weight_names and its arrays;
                    top_level_model_weights: variables of the model itself
    optimizer_weights   attribute weight_names; the arrays
    pyseq           what the layout has no place for: states of the random generators, by the paths of state.py

A file of weights alone is what else is in model_weights, at the root. Arrays belong to layers by order or by name, and to the
weights of a layer by order: the names of arrays do not matter.
"""

from __future__ import annotations

import numpy as np

from pyseq._version import __version__
from pyseq.models.files import KERAS_VERSION
from pyseq.models.model import Model
from pyseq.models.sequential import Sequential
from pyseq.random import SeedGenerator
from pyseq.registry import custom_object_scope
from pyseq.saving import limits, objects, state
from pyseq.saving.files import import_h5py
from pyseq.saving.telling import tell

ATTRIBUTE_BYTES = 64000  # HDF5 keeps an attribute in an object header of at most 64 KiB
TOP_LEVEL = "top_level_model_weights"
EXTRA = "pyseq"
LATE_OPTIMIZERS = ("AdamW", "Adafactor", "Lion")  # tf.keras knows these in .h5 files as registered classes only
NOT_MADE = (
    "Unable to load weights saved in HDF5 format into a subclassed Model which has not created its variables yet. Call the "
    "Model first, then load the weights."
)


# ------------------------------------------------------------------------------------------------------------ writing


def write(model, path, include_optimizer=True):
    """Write a model to a file."""
    h5py = import_h5py("Model.save")
    if not _has_description(model):
        raise NotImplementedError(
            "Saving the model to HDF5 format requires the model to be a Functional model or a Sequential model. It does not "
            "work for subclassed models, because such models are defined via the body of a Python method, which isn't safely "
            "serializable. Save it as '.keras', or use `save_weights`."
        )
    description = model._description(objects.legacy_node(model))
    with h5py.File(path, "w") as f:
        f.attrs["keras_version"], f.attrs["backend"] = KERAS_VERSION, "tensorflow"
        f.attrs["pyseq_version"] = __version__
        config = {k: description[k] for k in ("class_name", "config")}
        f.attrs["model_config"] = objects.json_text(config)
        _write_weights(model, f.create_group("model_weights"))
        _write_extra(model, f)
        if include_optimizer and model._compiled:
            f.attrs["training_config"] = objects.json_text(_training_config(model))
            _write_optimizer(model, f)


def write_weights(model, path):
    """Write a model's weights to a file."""
    h5py = import_h5py("Model.save_weights")
    _require_weights(model)
    with h5py.File(path, "w") as f:
        _write_weights(model, f)
        _write_extra(model, f)


def _has_description(model):
    return isinstance(model, Sequential) or objects.MODELS.knows(type(model)) or hasattr(model, "_is_graph_network")


def _training_config(model):
    arguments = {k: v for k, v in model._compile_arguments().items() if k not in ("run_eagerly", "jit_compile")}
    arguments.pop("steps_per_execution")
    config = {k: objects.legacy_node(v) for k, v in arguments.items()}
    optimizer = config["optimizer_config"] = config.pop("optimizer")
    if optimizer["class_name"] in LATE_OPTIMIZERS:
        optimizer["class_name"] = f"Custom>{optimizer['class_name']}"
    return config


def _require_weights(model):
    if not model.built:
        raise ValueError(
            f"Weights for model '{model.name}' have not yet been created. Weights are created when the model is first called "
            "on inputs or `build()` is called with an `input_shape`."
        )


def _write_weights(model, group):
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"], group.attrs["keras_version"] = "tensorflow", KERAS_VERSION
    for layer in sorted(model.layers, key=lambda layer: layer.name):
        if layer.name in group:
            raise ValueError(
                f"The model has two layers named {layer.name!r}; the '.h5' layout keeps weights by the names of layers. Rename "
                "one, or save in the layout of '.weights.h5' or '.keras'."
            )
        _write_arrays(group.create_group(layer.name), [(v.name, v.numpy()) for v in _legacy_order(layer)])
    _write_arrays(group.create_group(TOP_LEVEL), [(v.name, v.numpy()) for v in state.own_variables(model)])


def _legacy_order(layer):
    return layer.trainable_weights + layer.non_trainable_weights


def _write_optimizer(model, f):
    named = state.optimizer_values(model.optimizer, model)
    prefix = model.optimizer.name
    named = [(name if k == 0 else f"{prefix}/{name}", array) for k, (name, array) in enumerate(named)]
    _write_arrays(f.create_group("optimizer_weights"), named)


def _write_arrays(group, named):
    """Arrays under names of their own: a second one of a name, or one inside another's, gets a number."""
    taken, names = set(), []
    for name, array in named:
        name, n = name.strip("/"), 0
        base, colon, tail = name.rpartition(":")
        while name in taken or group.get(name) is not None:
            n += 1
            name = f"{base}_{n}{colon}{tail}" if colon else f"{tail}_{n}"
        taken.add(name)
        names.append(name)
        group.create_dataset(name, data=array)
    _write_names(group, "weight_names", names)


def _write_names(group, attribute, names):
    names = np.array([n.encode("utf8") for n in names]) if names else np.zeros(0)
    if names.nbytes <= ATTRIBUTE_BYTES:
        group.attrs[attribute] = names
        return
    if names.itemsize > ATTRIBUTE_BYTES:
        raise ValueError(
            f"A name of {names.itemsize} bytes cannot be saved as HDF5; at most {ATTRIBUTE_BYTES} bytes can."
        )
    step = ATTRIBUTE_BYTES // names.itemsize
    for k, start in enumerate(range(0, len(names), step)):
        group.attrs[f"{attribute}{k}"] = names[start : start + step]


def _write_extra(model, f):
    if any(isinstance(thing, SeedGenerator) for _, thing in state.walk(model)):
        state.save_state(model, f.create_group(EXTRA), SeedGenerator)


# ------------------------------------------------------------------------------------------------------------ reading


def read(f, custom_objects=None, compile=True):
    """The model in an open file."""
    text = limits.read_text(f, "model_config")
    if text is None:
        raise ValueError(
            "No model config found in the file. It holds weights only: make the model, then `load_weights`."
        )
    training = limits.read_text(f, "training_config")
    with custom_object_scope(custom_objects or {}):
        config = objects.without_harmless(limits.parse_json(text, "model_config"))
        model = objects.read(config, "layers")
        if not isinstance(model, Model):
            raise ValueError(f"The model_config describes no model, but a {type(model).__name__}.")
        weights = limits.find_group(f, "model_weights")
        if model.built and weights is not None:
            load(model, weights)
        _load_extra(model, f)
        if not compile:
            return model
        if training is None:
            tell(
                "No training configuration found in the save file, so the model was *not* compiled. Compile it manually."
            )
            return model
        _compile(model, objects.without_harmless(limits.parse_json(training, "training_config")))
        _load_optimizer(model, f)
    return model


def _compile(model, config):
    arguments = {k: config.get(k) for k in ("loss", "metrics", "loss_weights", "weighted_metrics")}
    model.compile(
        **objects.read_compile_arguments({**arguments, "optimizer": config.get("optimizer_config") or "rmsprop"})
    )


def _load_optimizer(model, f):
    group = limits.find_group(f, "optimizer_weights")
    if group is None:
        return
    stored = [limits.require_dataset(group, name) for name in limits.read_names(group, "weight_names")]
    if len(stored) > 1:
        state.prepare_optimizer(model)
    if stored:
        state.load_optimizer(model.optimizer, stored)


def _load_extra(model, f):
    group = limits.find_group(f, EXTRA)
    if group is not None:
        state.load_state(model, group, kinds=SeedGenerator)


def weights_of(f):
    """The group of an open file that holds the weights of layers."""
    return f if limits.has_names(f, "layer_names") else limits.find_group(f, "model_weights")


def read_weights(model, f, skip_mismatch=False, by_name=False):
    """Set a model's weights to those in an open file, of weights or of a whole model."""
    if not model.built:
        raise ValueError(NOT_MADE)
    group = weights_of(f)
    if by_name:
        load_by_name(model, group, skip_mismatch)
    elif skip_mismatch:
        raise ValueError("When calling model.load_weights, skip_mismatch can only be set to True when by_name is True.")
    else:
        load(model, group)
    _load_extra(model, f)


def _stored(group, name):
    """(names, arrays) of a layer in the file; arrays are read when asked for."""
    inner = limits.find_group(group, name)
    if inner is None:
        raise ValueError(f"The file has no group for the layer {name!r}, which it names.")
    return inner, limits.read_names(inner, "weight_names")


def load(model, group):
    """Set weights in the order of the layers that have some.

    Raises:
        ValueError: the file's layers, or their weights, are not the model's; nothing is changed then.
    """
    layers = [layer for layer in model.layers if _legacy_order(layer)]
    stored = [(name, *_stored(group, name)) for name in limits.read_names(group, "layer_names")]
    stored = [entry for entry in stored if entry[2]]
    if len(stored) != len(layers):
        raise ValueError(
            f"Layer count mismatch when loading weights from file. Model expected {len(layers)} layers, found "
            f"{len(stored)} saved layers."
        )
    pairs = []
    for k, (layer, (name, inner, weight_names)) in enumerate(zip(layers, stored, strict=True)):
        found, problem = _pairs(_legacy_order(layer), inner, weight_names)
        if problem:
            raise ValueError(
                f"{problem[0]} mismatch for layer #{k} (named {layer.name} in the current model, {name} in the save file). "
                f"{problem[1]}"
            )
        pairs += found
    top = limits.find_group(group, TOP_LEVEL)
    if top is not None:
        found, problem = _pairs(state.own_variables(model), top, limits.read_names(top, "weight_names"))
        if problem:
            raise ValueError(
                f"{problem[0]} mismatch for top-level weights when loading weights from file. {problem[1]}"
            )
        pairs += found
    _assign(pairs)


def load_by_name(model, group, skip_mismatch=False):
    """Set the weights of the layers that the file names; others stay as they are.

    Args:
        skip_mismatch: leave out, with a warning, what does not fit?
    """
    by_name = {}
    for k, layer in enumerate(model.layers):
        by_name.setdefault(layer.name, []).append((k, layer))
    pairs = []
    for name in limits.read_names(group, "layer_names"):
        for k, layer in by_name.get(name, ()):
            found, problem = _pairs(_legacy_order(layer), *_stored(group, name), skip_mismatch)
            if problem:
                message = f"{problem[0]} mismatch in layer #{k} (named {layer.name}). {problem[1]}"
                if not skip_mismatch:
                    raise ValueError(message)
                tell(f"Skipping weights: {message}")
            pairs += found
    top = limits.find_group(group, TOP_LEVEL)
    if top is not None:
        found, problem = _pairs(state.own_variables(model), top, limits.read_names(top, "weight_names"), skip_mismatch)
        if problem:
            message = f"{problem[0]} mismatch for top-level weights of the model. {problem[1]}"
            if not skip_mismatch:
                raise ValueError(message)
            tell(f"Skipping weights: {message}")
        pairs += found
    _assign(pairs)


def _pairs(variables, inner, weight_names, partly=False):
    """([(variable, its data set)], problem): what is wrong, as (what, sentence), or None.

    Args:
        partly: give the pairs that fit even if others do not? (Not if there are more or fewer.)
    """
    if len(variables) != len(weight_names):
        return [], (
            "Weight count",
            f"Layer expects {len(variables)} weight(s). Received {len(weight_names)} saved weight(s)",
        )
    pairs, problem = [], None
    for v, name in zip(variables, weight_names, strict=True):
        data = limits.require_dataset(inner, name)
        if tuple(data.shape) != tuple(v.shape):
            problem = problem or (
                "Shape",
                f"Weight {v.name} expects shape {tuple(v.shape)}. Received saved weight with shape {data.shape}",
            )
        else:
            pairs.append((v, data))
    return (pairs if partly or problem is None else []), problem


def _assign(pairs):
    with state.unchanged_on_error([v for v, _ in pairs]):
        for v, data in pairs:
            v.assign(limits.values(data).astype(v.dtype.numpy, copy=False))
