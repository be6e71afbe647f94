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

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import NamedTuple

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
from pyseq.saving.telling import tell

KINDS = (Layer, Optimizer, Metric, Loss, SeedGenerator)
CONTAINERS = (list, tuple, dict, set)
# Attributes that hold parts for other reasons than being their place.
NOT_PLACES = {
    "_added_losses", "_build_input_shape", "_compiled", "_extra", "_graph", "_inbound_nodes", "_init_arguments",
    "_input_layer", "_layers", "_loss_functions", "_nested", "_outbound_nodes", "_own_non_trainable", "_own_trainable",
    "_plans", "_run", "_tensors", "_tracking", "history", "loss",
}  # fmt: skip


# Parts of paths to variables that say how training or random numbers go on.
NOT_WEIGHTS = {"optimizer", "metrics", "seed_generator"}


def _keras_2(thing):
    """Attributes in the order of tf.keras 2.15: backwards; a model's list `layers` is one."""
    return sorted({*_attributes(thing), *_lists(thing)}, reverse=True)


def _keras_3(thing):
    """Attributes in the order of Keras 3: forwards, private ones last, those of Keras' own models after their `layers`."""
    first = ["layers"] if isinstance(thing, Sequential) else []
    rest = {*_attributes(thing), *_lists(thing)} - {*first}
    return first + sorted(rest, key=lambda name: (name.startswith("_"), name))


def _lists(thing):
    return ("layers", "metrics", "optimizer") if isinstance(thing, Model) else ()


class Rule(NamedTuple):
    """How a Keras says where things lie.

    attributes: gives the attributes of a thing, in order. counts_all: do things in a list that have their place elsewhere
    count, and lists in lists?
    """

    attributes: Callable
    counts_all: bool


RULES = (Rule(_keras_2, False), Rule(_keras_3, True))  # the first is the one files are written by


def _attributes(thing):
    return [k for k in vars(thing) if k not in NOT_PLACES and not k.startswith("__")]


def walk(thing, rule=RULES[0], path="", seen=None):
    """(path, thing) of everything that has a place, the outermost first, each once."""
    seen = {} if seen is None else seen  # by id; the things themselves, so that no id is used again meanwhile
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    yield path, thing
    for name in rule.attributes(thing):
        child = getattr(thing, name, None)
        inner = f"{path}/{name}".lstrip("/")
        if isinstance(child, KINDS):
            yield from walk(child, rule, inner, seen)
        elif isinstance(child, CONTAINERS):
            yield from _walk_container(child, rule, inner, seen)


def _walk_container(container, rule, path, seen):
    if id(container) in seen:
        return
    seen[id(container)] = container
    counts = {}
    for item in container.values() if isinstance(container, dict) else container:
        is_thing = isinstance(item, KINDS)
        if not is_thing and not (rule.counts_all and isinstance(item, CONTAINERS)):
            continue
        if id(item) in seen and not rule.counts_all:
            continue
        base = snake_case(type(item).__name__) if is_thing else "container"
        n = counts[base] = counts.get(base, -1) + 1
        inner = f"{path}/{base}_{n}" if n else f"{path}/{base}"
        yield from (walk if is_thing else _walk_container)(item, rule, inner, seen)


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
        names = [k for k in limits.names_in(group) if limits.find_dataset(group, k) is not None]
        self.names = sorted(names, key=lambda k: (not k.isdecimal(), int(k) if k.isdecimal() else 0, k))

    def __getitem__(self, name):
        if name not in self.names:
            raise KeyError(name)
        return limits.values(self.dataset(name))

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)

    def dataset(self, name):
        """The data set of an array: its shape and dtype are known before it is read."""
        return limits.require_dataset(self.group, name)

    def datasets(self):
        return [self.dataset(name) for name in self.names]


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
            tell(f"Could not load weights of {thing.name!r}. Skipping it: {problem}")
        else:
            raise ValueError(problem)
    with unchanged_on_error([v for thing, _ in fitting for v in variables_of(thing)]):
        for thing, stored in fitting:
            _load_one(thing, stored, skip_mismatch)
    _tell_unused(group, places)


@contextmanager
def unchanged_on_error(variables):
    """Context: if it ends with an exception, the variables get back the values they had when it began."""
    before = [v.numpy() for v in variables]
    try:
        yield
    except BaseException:
        for v, a in zip(variables, before, strict=True):
            v.assign(a)
        raise


def variables_of(thing) -> list:
    """The variables that are a thing's own."""
    return list(thing.variables) if isinstance(thing, Optimizer) else own_variables(thing)


def _tell_unused(group, places):
    """Warn of weights in the file that belong to no layer of the model."""
    known = {f"{path}/vars".lstrip("/") for path, _ in places}
    unused = [
        path.rpartition("/")[0]
        for path, inner in limits.groups_in(group)
        if path.rpartition("/")[2] == "vars" and path not in known and limits.names_in(inner)
    ]
    unused = sorted(path for path in unused if not NOT_WEIGHTS & set(path.split("/")))
    if unused:
        more = f" and {len(unused) - 5} more" if len(unused) > 5 else ""
        tell(
            f"The file holds weights that the model has no place for: {', '.join(unused[:5])}{more}. They were not loaded."
        )


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
        if stored.dataset(name).shape != tuple(v.shape):
            return (
                f"Layer '{layer.name}': the variable {v.name!r} has shape {tuple(v.shape)}, but the saved one has shape "
                f"{stored.dataset(name).shape}."
            )
    return None


def _load_one(thing, stored, skip_mismatch):
    if isinstance(thing, Layer):
        try:
            with unchanged_on_error(own_variables(thing)):
                thing.load_own_variables(stored)
        except Exception as e:
            if not skip_mismatch:
                raise
            tell(f"Could not load weights of {thing.name!r}. Skipping it: {e}")
    elif not len(stored):
        return
    elif isinstance(thing, Optimizer):
        load_optimizer(thing, stored.datasets())
    elif hasattr(thing, "load_own_variables"):
        thing.load_own_variables(stored)
    else:
        variables, found = own_variables(thing), stored.datasets()
        if [(v.shape, v.dtype.numpy) for v in variables] == [(d.shape, d.dtype) for d in found]:
            for v, d in zip(variables, found, strict=True):
                v.assign(limits.values(d))


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


def load_optimizer(optimizer, stored) -> bool:
    """Set an optimizer's variables; with a warning, and without a change, if they are not its.

    Args:
        stored: data sets: iterations, in files of Keras 3 the learning rate, then the slots.
    """
    variables = optimizer.variables
    rate = None
    if len(stored) == len(variables) + 1 and stored[1].shape == () and stored[1].dtype.kind == "f":
        rate, stored = stored[1], [stored[0], *stored[2:]]
    if isinstance(optimizer, SGD) and not optimizer.slot_groups():
        stored = stored[: len(variables)]  # see `optimizer_values`
    if len(stored) == 1 and stored[0].shape == ():
        variables = variables[:1]  # saved before its first step
    if [tuple(v.shape) for v in variables] != [d.shape for d in stored]:
        tell(
            f"Skipping the state of the optimizer {optimizer.name!r}: it has {len(variables)} variables, the saved one "
            f"{len(stored)}, or their shapes differ. Training will start with a fresh optimizer."
        )
        return False
    with unchanged_on_error(variables):
        for v, d in zip(variables, stored, strict=True):
            v.assign(limits.values(d).astype(v.dtype.numpy, copy=False))
    if rate is not None and not optimizer._is_scheduled():
        optimizer.learning_rate = float(limits.values(rate))
    return True
