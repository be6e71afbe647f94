"""adapt: layers that look at data once, before they are used."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable, tracing
from pyseq.core.texts import Texts, as_texts, is_texts


class Adapting:
    """Part of a layer that has `reset_state`, `update_state(batch)` and `finalize_state`."""

    _is_adapted = False

    @property
    def is_adapted(self):
        """Has the layer been fitted to data?"""
        return self._is_adapted

    def adapt(self, data, batch_size=None, steps=None):
        """Fit the layer to data, instead of what an earlier `adapt` saw.

        Args:
            data: array, or a Dataset or other iterable of batches.
            batch_size: rows of a step, for an array; 32 by default.
            steps: how many batches to look at; all by default.
        """
        self.reset_state()
        with tracing(None):
            for batch in batches(data, batch_size, steps):
                if not self.built:
                    self._build_once((None,) * max(1, batch.ndim))
                self.update_state(batch)
            self.finalize_state()
        object.__setattr__(self, "_is_adapted", True)

    def compile(self, run_eagerly=None, steps_per_execution=None):
        """Nothing to do: `adapt` runs as it is."""

    def reset_state(self):
        """Forget what was seen."""

    def finalize_state(self):
        """Make what the layer uses of what was seen."""


def batches(data, batch_size=None, steps=None):
    """The batches of data that a layer is to look at, as arrays or Texts."""
    if not isinstance(data, (list, tuple, Tensor, Variable, Texts)) and not hasattr(data, "__array__"):
        for k, batch in enumerate(data):
            if steps is not None and k >= steps:
                return
            if isinstance(batch, (tuple, dict)):
                raise ValueError(
                    f"adapt: `data` must give the inputs alone, without labels. Received: batches of {type(batch).__name__}. "
                    "Use dataset.map(lambda x, y: x)."
                )
            yield as_array(batch)
        return
    data = as_array(data)
    if data.ndim == 0:
        raise ValueError(f"adapt: `data` must have an axis of samples. Received: data={data!r}.")
    if not len(data):
        raise ValueError("adapt: `data` must not be empty.")
    size = batch_size or 32
    for k, start in enumerate(range(0, len(data), size)):
        if steps is not None and k >= steps:
            return
        yield data[start : start + size]


def as_array(x):
    """Texts of texts, else a NumPy array."""
    return as_texts(x) if is_texts(x) else np.asarray(x)
