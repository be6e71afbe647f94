"""A run of `fit` as something that can be kept and taken up again: all that decides how it goes on."""

from __future__ import annotations

import sys

import numpy as np

from pyseq import random
from pyseq.core import Variable
from pyseq.core.structure import flatten
from pyseq.models.steps import EagerSteps


class Run:
    """Where a run of `fit` stands. As a context: `model._run` while it goes.

    Args:
        model: in training. data: its batches. callbacks: the CallbackList.
        epoch: the first to be run, counted from 0.
    Attributes:
        state: what `snapshot` gave in an earlier run; a callback sets it in `on_train_begin` to have that run taken up.
    """

    def __init__(self, model, data, callbacks, epoch):
        self.model = model
        self.data = data
        self.callbacks = callbacks
        self.epoch = epoch
        self.state = None

    def __enter__(self):
        self._outer, self.model._run = self.model._run, self
        return self

    def __exit__(self, *exception):
        self.model._run = self._outer

    # -------------------------------------------------------------------------------------------- keeping

    def snapshot(self, epoch, batch=0, logs=None):
        """The state with which epoch `epoch` goes on after its first `batch` batches: dicts, lists, numbers, arrays.

        Args:
            logs: of the last batch.
        """
        model = self.model
        return {
            "epoch": epoch,
            "batch": batch,
            "stopped": bool(model.stop_training),
            "logs": dict(logs or {}),
            "weights": _values(model.weights),
            "optimizer": _values(_optimizer_variables(model.optimizer)),
            "metrics": [_values(m.variables) for m in model.metrics] if batch else [],
            "seed_generators": _values(_seed_states(model)),
            "random": random.snapshot(),
            "data": self._position(batch),
            "callbacks": [_attributes(c) for c in self.callbacks],
        }

    def _position(self, batch):
        """Where the data stands. Between two epochs: none of the next is done."""
        return self.data.position(batch or None)

    # ---------------------------------------------------------------------------------------- taking up again

    def take_up(self):
        """Go back to `state`, if there is one. What only a first step makes (weights, slots, metrics) is made before."""
        if self.state is None:
            return
        self._rehearse()
        self.epoch = sys.maxsize if self.state["stopped"] else self.state["epoch"]  # none is run if it had been stopped
        self.data.go_on(self.state["data"])
        self._restore()

    def enter(self, epoch):
        """(number of the first batch, logs of the one before it) of an epoch. A begun one goes on as it was left."""
        state, self.state = self.state, None
        if state is None or state["batch"] == 0:
            return 0, None
        self.state = state
        self._restore()  # `on_epoch_begin` may have changed it, which had been called before the state was kept
        self.state = None
        return state["batch"], state["logs"]

    def _rehearse(self):
        stretch = self.data.sample()
        if stretch is None:
            return
        steps = self.model._steps("train", stretch)
        try:
            if isinstance(steps, EagerSteps):
                steps.run(0, 1)
        finally:
            steps.close()

    def _restore(self):
        import copy

        state, model = self.state, self.model
        _assign("weights", model.weights, state["weights"])
        _assign("optimizer variables", _optimizer_variables(model.optimizer), state["optimizer"])
        if state["batch"]:
            for m, values in zip(model.metrics, state["metrics"], strict=True):
                _assign(f"variables of the metric {m.name}", m.variables, values)
        _assign("seed generators", _seed_states(model), state["seed_generators"])
        kept = list(state["callbacks"])
        for callback in self.callbacks:  # the first of a class gets what the first of that class had
            at = next((k for k, (name, _) in enumerate(kept) if name == type(callback).__name__), None)
            if at is not None:
                vars(callback).update(copy.deepcopy(kept.pop(at)[1]))
        random.restore(state["random"])


def _values(variables):
    return [v.numpy() for v in variables]


def _assign(what, variables, values):
    shapes, kept = [tuple(v.shape) for v in variables], [np.shape(a) for a in values]
    if shapes != kept:
        raise ValueError(
            f"fit: the model must be as it was to take up a run that was broken off. Its {what} have the shapes {shapes}, "
            f"those of the backup {kept}."
        )
    for v, a in zip(variables, values, strict=True):
        v.assign(a)


def _optimizer_variables(optimizer):
    """Its state and its learning rate."""
    rates = [getattr(optimizer, name, None) for name in ("_learning_rate", "_current_learning_rate")]
    return [*optimizer.variables, *(r for r in rates if isinstance(r, Variable))]


def _seed_states(model):
    """The states of all seed generators that layers hold as attributes."""
    found = {}
    for layer in model._flatten_layers():
        for value in vars(layer).values():
            if isinstance(value, (random.SeedGenerator, list, tuple, dict)):
                for g in flatten(value) if _is_sortable(value) else ():
                    if isinstance(g, random.SeedGenerator):
                        found[g.state.id] = g.state
    return list(found.values())


def _is_sortable(x):
    return not isinstance(x, dict) or all(isinstance(k, str) for k in x)


def _attributes(callback):
    """(class name, what the callback wants kept)."""
    names = getattr(callback, "backed_up", ())
    return type(callback).__name__, {n: getattr(callback, n) for n in names}
