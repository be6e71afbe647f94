"""Variables by the path of what they belong to: the layout of `*.weights.h5` and of model.weights.h5 in a `.keras` archive.

    layers/dense/vars/0              kernel of the first Dense
    layers/dense_1/vars/0            kernel of the second, whatever its name
    layers/sequential/layers/dense   a Dense in a Sequential in the model
    optimizer/vars/0                 iterations; then the slots
    blocks/dense_1/vars/0            second Dense in the list `self.blocks`

A thing lies under the attribute that holds it; in a list or dict under its class, counted there. What two attributes hold is
kept once, where it is met first: the order of attributes is part of the layout, and tf.keras and Keras 3 differ in it (`RULES`).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np

from pyseq.layers.base import Layer
from pyseq.layers.naming import snake_case
from pyseq.losses import Loss
from pyseq.metrics import Metric
from pyseq.models.model import Model
from pyseq.models.sequential import Sequential
from pyseq.optimizers import SGD, Optimizer
from pyseq.random import SeedGenerator
from pyseq.saving import limits

KINDS = (Layer, Optimizer, Metric, Loss, SeedGenerator)
# Attributes that hold parts for other reasons than being their place.
NOT_PLACES = {
    "_added_losses", "_build_input_shape", "_compiled", "_init_arguments", "_input_layer", "_layers", "_loss_functions",
    "_own_non_trainable", "_own_trainable", "_plans", "_run", "_tracking", "history", "loss",
}  # fmt: skip


def _keras_2(thing):
    """Attributes in the order of tf.keras 2.15: backwards; a model's list `layers` is one."""
    listed = ("layers", "metrics", "optimizer") if isinstance(thing, Model) else ()
    return sorted({*_attributes(thing), *listed}, reverse=True)


def _keras_3(thing):
    """Attributes in the order of Keras 3: forwards, private ones last; `layers` only where the model is no user's class."""
    first = ["layers"] if isinstance(thing, Sequential) else []
    listed = ("metrics", "optimizer") if isinstance(thing, Model) else ()
    rest = {*_attributes(thing), *listed} - {"layers"}
    return first + sorted(rest, key=lambda name: (name.startswith("_"), name))


RULES = (_keras_2, _keras_3)  # the first is the one files are written by


def _attributes(thing):
    return [k for k in vars(thing) if k not in NOT_PLACES and not k.startswith("__")]


def walk(thing, rule=_keras_2, path="", seen=None):
    """(path, thing) of everything that has a place, the outermost first, each once."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    yield path, thing
    for name in rule(thing):
        child = getattr(thing, name, None)
        inner = f"{path}/{name}".lstrip("/")
        if isinstance(child, KINDS):
            yield from walk(child, rule, inner, seen)
        elif isinstance(child, (list, tuple, dict, set)):
            counts = {}
            for item in child.values() if isinstance(child, dict) else child:
                if not isinstance(item, KINDS) or id(item) in seen:
                    continue
                base = snake_case(type(item).__name__)
                n = counts[base] = counts.get(base, -1) + 1
                yield from walk(item, rule, f"{inner}/{base}_{n}" if n else f"{inner}/{base}", seen)


def own_variables(thing) -> list:
    """The variables of a thing that `save_own_variables` of its class puts under "0", "1", ..."""
    if isinstance(thing, Layer):
        trainable, fixed = thing._own_weights()
        return trainable + fixed
    if isinstance(thing, Metric):
        return thing._weights
    return [thing.state] if isinstance(thing, SeedGenerator) else []


def save_state(model, group, kinds=KINDS) -> None:
    """Write all variables of a model into an HDF5 group.

    Args:
        kinds: classes of what is written.
    """
    for path, thing in walk(model):
        if not isinstance(thing, kinds):
            continue
        values = {}
        if isinstance(thing, Optimizer):
            values = {str(k): a for k, (_, a) in enumerate(optimizer_values(thing, model))}
        elif hasattr(thing, "save_own_variables"):
            thing.save_own_variables(values)
        else:
            values = {str(k): v.numpy() for k, v in enumerate(own_variables(thing))}
        place = group.require_group(f"{path}/vars" if path else "vars")
        for name, value in values.items():
            place.create_dataset(name, data=np.asarray(value))


class Stored(Mapping):
    """The variables of one thing in a file: {"0": array, ...}; what `load_own_variables` gets."""

    def __init__(self, group=None):
        self.group = group
        names = [] if group is None else [k for k in group if limits.find_dataset(group, k) is not None]
        self.names = sorted(names, key=lambda k: (not k.isdecimal(), int(k) if k.isdecimal() else 0, k))

    def __getitem__(self, name):
        if name not in self.names:
            raise KeyError(name)
        return limits.read_array(self.group, name)

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)

    def shape(self, name):
        """Shape of an array, without reading it."""
        return tuple(self.group[name].shape)


def load_state(model, group, skip_mismatch=False, kinds=KINDS) -> None:
    """Set the variables of a model from an HDF5 group that `save_state`, tf.keras or Keras 3 wrote.

    What the file says of the optimizer, metrics and random generators is taken if it fits; layers must fit.

    Args:
        skip_mismatch: leave a layer that does not fit as it is, with a warning?
    Raises:
        ValueError: a layer's variables are missing, or have other shapes; no variable was changed then.
    """
    places = _best_places(model, group)
    fitting = []
    for path, thing in places:
        if not isinstance(thing, kinds):
            continue
        stored = Stored(limits.find_group(group, f"{path}/vars"))
        if not isinstance(thing, Layer):
            fitting.append((thing, stored))
        elif (problem := mismatch(thing, stored)) is None:
            fitting.append((thing, stored))
        elif skip_mismatch:
            warnings.warn(f"Could not load weights of {thing.name!r}. Skipping it: {problem}", stacklevel=4)
        else:
            raise ValueError(problem)
    for thing, stored in fitting:
        _load_one(thing, stored, skip_mismatch)


def _best_places(model, group):
    """The walk by the rule that finds the most things in the file."""
    walks = [list(walk(model, rule)) for rule in RULES]
    found = [sum(limits.find_group(group, f"{path}/vars") is not None for path, _ in places) for places in walks]
    return walks[found.index(max(found))]


def mismatch(layer, stored):
    """What is wrong with the stored variables of a layer, or None; layers with their own `load_own_variables` say so then."""
    if type(layer).load_own_variables is not Layer.load_own_variables:
        return None
    variables = own_variables(layer)
    if len(variables) != len(stored):
        hint = (
            "" if layer.built or isinstance(layer, Model) else " The layer is not built: call the model on data first."
        )
        return (
            f"Layer '{layer.name}' expected {len(variables)} variables, but received {len(stored)} variables during "
            f"loading. Expected: {[v.name for v in variables]}.{hint}"
        )
    for v, name in zip(variables, stored, strict=True):
        if stored.shape(name) != tuple(v.shape):
            return (
                f"Layer '{layer.name}': the variable {v.name!r} has shape {tuple(v.shape)}, but the saved one has shape "
                f"{stored.shape(name)}."
            )
    return None


def _load_one(thing, stored, skip_mismatch):
    if isinstance(thing, Layer):
        try:
            thing.load_own_variables(stored)
        except Exception as e:
            if not skip_mismatch:
                raise
            warnings.warn(f"Could not load weights of {thing.name!r}. Skipping it: {e}", stacklevel=5)
    elif isinstance(thing, Optimizer):
        if len(stored):
            load_optimizer(thing, [stored[k] for k in stored])
    elif hasattr(thing, "load_own_variables"):
        if len(stored):
            thing.load_own_variables(stored)
    else:
        values = [stored[k] for k in stored]
        variables = own_variables(thing)
        if [(v.shape, v.dtype.numpy) for v in variables] == [(a.shape, a.dtype) for a in values]:
            for v, a in zip(variables, values, strict=True):
                v.assign(a)


def prepare_optimizer(model) -> None:
    """Make the optimizer's slots, so that a file's can be loaded."""
    optimizer = model.optimizer
    if isinstance(optimizer, Optimizer) and not optimizer._built and model.built and model.trainable_variables:
        optimizer.build(model.trainable_variables)
        optimizer._built = True


def optimizer_values(optimizer, model) -> list:
    """(name, array) of an optimizer's variables as tf.keras has them: its SGD keeps a velocity even without momentum."""
    named = [(v.name, v.numpy()) for v in optimizer.variables]
    if isinstance(optimizer, SGD) and not optimizer.slot_groups() and len(optimizer._index_dict):
        named += [(f"m/{v.name}", np.zeros(v.shape, v.dtype.numpy)) for v in model.trainable_variables]
    return named


def load_optimizer(optimizer, values) -> bool:
    """Set an optimizer's variables; with a warning, and without a change, if they are not its.

    Args:
        values: arrays: iterations, in files of Keras 3 the learning rate, then the slots.
    """
    variables = optimizer.variables
    rate = None
    if len(values) == len(variables) + 1 and values[1].shape == () and values[1].dtype.kind == "f":
        rate, values = values[1], [values[0], *values[2:]]
    if isinstance(optimizer, SGD) and not optimizer.slot_groups():
        values = values[: len(variables)]  # see `optimizer_values`
    if len(values) == 1 and values[0].shape == ():
        variables = variables[:1]  # saved before its first step
    if [tuple(v.shape) for v in variables] != [a.shape for a in values]:
        warnings.warn(
            f"Skipping the state of the optimizer {optimizer.name!r}: it has {len(variables)} variables, the saved one "
            f"{len(values)}, or their shapes differ. Training will start with a fresh optimizer.",
            stacklevel=6,
        )
        return False
    for v, a in zip(variables, values, strict=True):
        v.assign(a.astype(v.dtype.numpy, copy=False))
    if rate is not None and not optimizer._is_scheduled():
        optimizer.learning_rate = float(rate)
    return True
