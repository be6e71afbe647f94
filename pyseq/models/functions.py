"""`train_function`, `test_function`, `predict_function`: one step on the next batch of an iterator, as tf.keras has them.

The loops of `fit`, `evaluate` and `predict` do without them, unless a model has made its own: by overriding
`make_train_function` and its sisters, or by setting the attribute.
"""

from __future__ import annotations

import numpy as np

from pyseq.core.structure import map_structure
from pyseq.data.stretches import packed


class StepFunction:
    """What `make_train_function` gives by default: a step by the model's plan, or eagerly.

    Args:
        kind: "train", "test" or "predict".
    """

    def __init__(self, model, kind):
        self.model, self.kind = model, kind
        self.__name__ = f"{kind}_function"

    def __call__(self, iterator):
        """A step on the next batch of `iterator`; returns its logs, or the outputs."""
        data = next(iterator)
        return self.model._step_by_plan(self.kind, map_structure(_as_read, packed(parts_of(data))))


class Feed:
    """An iterator over one batch, for a step function of the user's."""

    def __init__(self, data):
        self.data = [data]

    def __iter__(self):
        return self

    def __next__(self):
        if not self.data:
            raise StopIteration
        return self.data.pop()


class FunctionSteps:
    """The steps of a stretch, each by a function of an iterator."""

    def __init__(self, function, stretch):
        self.function = function
        self.stretch = stretch
        self.result = None

    def run(self, at, steps):
        """Make one step, batch `at`; returns 1."""
        self.result = self.function(Feed(packed(self.stretch.batch(at))))
        return 1

    def logs(self):
        """What the last step returned, tensors as numbers."""
        from pyseq.models.steps import as_floats

        return as_floats(self.result)

    def outputs(self):
        """What the last step returned, tensors as arrays."""
        return map_structure(np.asarray, self.result)

    def close(self):
        """Nothing is held."""


class Functions:
    """Part of Model: the functions of a step."""

    train_function = test_function = predict_function = None

    def make_train_function(self, force=False):
        """The function that trains on the next batch of an iterator and returns its logs.

        A subclass that overrides it is trained by what it returns, step by step.

        Args:
            force: make a new one, even if there is one?
        """
        return self._made_function("train", force)

    def make_test_function(self, force=False):
        """The function that evaluates the next batch of an iterator; see `make_train_function`."""
        return self._made_function("test", force)

    def make_predict_function(self, force=False):
        """The function that gives the outputs for the next batch of an iterator; see `make_train_function`."""
        return self._made_function("predict", force)

    def _made_function(self, kind, force):
        made = getattr(self, f"{kind}_function")
        if made is None or force:
            made = StepFunction(self, kind)
            setattr(self, f"{kind}_function", made)
        return made

    def _forget_functions(self):
        for kind in ("train", "test", "predict"):
            self.__dict__.pop(f"{kind}_function", None)

    def _make_function(self, kind):
        """Have the function of a step made: a loop begins."""
        made = getattr(self, f"make_{kind}_function")()
        if made is not None and made is not getattr(self, f"{kind}_function"):
            setattr(self, f"{kind}_function", made)

    def _own_function(self, kind):
        """The user's function of a step; None if there is just the default."""
        made = getattr(self, f"{kind}_function")
        return None if made is None or type(made) is StepFunction else made


def parts_of(data):
    """(x, y, sample_weight) of a batch as steps get it."""
    from pyseq.models.model import unpack

    return unpack(data)


def _as_read(x):
    """A leaf of a batch as a tensor of the type that steps read it in."""
    from pyseq.core import Tensor, as_tensor
    from pyseq.data.stretches import batch_dtype
    from pyseq.ops import elementwise

    if isinstance(x, Tensor):
        return x
    x = np.asarray(x)
    return elementwise.cast(as_tensor(x), batch_dtype(x))
