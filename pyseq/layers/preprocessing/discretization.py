"""Discretization: numbers as numbers of the bins they fall into."""

from __future__ import annotations

import numpy as np

from pyseq.core import int64
from pyseq.layers.preprocessing.adapting import Adapting
from pyseq.layers.preprocessing.categories import OfCategories, on_values


class Discretization(Adapting, OfCategories):
    """The bin of each number: bin k holds what is at least boundary k - 1 and less than boundary k.

    Args:
        bin_boundaries: ascending numbers; or
        num_bins: how many bins `adapt` is to make, of about as many numbers each.
        epsilon: how exact the boundaries of `adapt` are, as a fraction of the data.
        output_mode: "int", "one_hot", "multi_hot" or "count"; sparse: must be False.
    Input shape, output shape:
        any; the same, or as CategoryEncoding's.
    Example:
        >>> Discretization([0.0, 1.0])([-1.0, 0.5, 1.0]).numpy()
        array([0, 1, 2])
    """

    def __init__(self, bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode="int", sparse=False, **kwargs):
        num_bins = kwargs.pop("bins", num_bins)
        if num_bins is not None and not isinstance(num_bins, (int, np.integer)):
            bin_boundaries, num_bins = num_bins, None  # `bins` could be a list, in tf.keras 2.3
        super().__init__(output_mode=output_mode, sparse=sparse, **kwargs)
        if num_bins is not None and num_bins < 0:
            raise ValueError(f"`num_bins` must be greater than or equal to 0. You passed `num_bins={num_bins}`")
        if num_bins is not None and bin_boundaries is not None:
            raise ValueError(
                "Both `num_bins` and `bin_boundaries` should not be set. You passed "
                f"`num_bins={num_bins}` and `bin_boundaries={bin_boundaries}`"
            )
        self.input_bin_boundaries = None if bin_boundaries is None else [float(b) for b in np.asarray(bin_boundaries)]
        self.bin_boundaries = self.input_bin_boundaries or []
        if any(b < a for a, b in zip(self.bin_boundaries, self.bin_boundaries[1:], strict=False)):
            raise ValueError(f"Expected sorted boundaries. Received: bin_boundaries={bin_boundaries}.")
        self.num_bins = None if num_bins is None else int(num_bins)
        self.epsilon = epsilon
        self.reset_state()

    # ------------------------------------------------------------------------------------------ what was seen

    def reset_state(self):
        if self.input_bin_boundaries is None:
            self._summary = np.zeros((2, 0), np.float32)  # values, and how many numbers each stands for

    def update_state(self, data):
        """Let a batch count, too.

        Raises:
            ValueError: the layer was given its boundaries.
        """
        if self.input_bin_boundaries is not None:
            raise ValueError(
                "Cannot adapt a Discretization layer that has been initialized with `bin_boundaries`, use `num_bins` instead. "
                f"You passed `bin_boundaries={self.input_bin_boundaries}`."
            )
        if self.num_bins is None:
            raise ValueError(f'Layer "{self.name}": `num_bins` must be set to `adapt`. Received: num_bins=None.')
        self._summary = _joined(_summary(np.asarray(data, np.float32), self.epsilon), self._summary, self.epsilon)

    def finalize_state(self):
        if self.input_bin_boundaries is None and self._summary.shape[1]:
            self.bin_boundaries = _compressed(self._summary, 1.0 / self.num_bins)[0, :-1].tolist()

    # ------------------------------------------------------------------------------------------ use

    def call(self, inputs):
        numbers = on_values("discretize", self._bins, inputs, int64)
        return self._encoded(numbers, len(self.bin_boundaries) + 1)

    def _bins(self, a):
        return np.searchsorted(np.asarray(self.bin_boundaries, np.float32), a.astype(np.float32), side="right")

    def compute_output_shape(self, input_shape):
        return self._encoded_shape(input_shape, len(self.bin_boundaries) + 1)

    def get_config(self):
        adapted = self.input_bin_boundaries is None and self.bin_boundaries
        return {
            **super().get_config(),
            "bin_boundaries": list(self.bin_boundaries) if adapted else self.input_bin_boundaries,
            "num_bins": None if adapted else self.num_bins, "epsilon": self.epsilon,
        }  # fmt: skip


# Quantiles of a stream, as tf.keras takes them: a summary is (2, n), ascending values and the weight of each.


def _summary(values, epsilon):
    """The summary of numbers: every k-th of them, so that about 1 / epsilon are kept."""
    values = np.sort(values, axis=None)
    step = int(len(values) * epsilon)
    kept = values[step :: max(step, 1)]
    return np.stack([kept, np.full_like(kept, max(step, 1))])


def _joined(a, b, epsilon):
    both = np.concatenate([a, b], axis=1)
    return _compressed(both[:, np.argsort(both[0])], epsilon)


def _compressed(summary, epsilon):
    """A summary with a value for each `epsilon` of the weight, interpolated; a small one as it is."""
    if summary.shape[1] * epsilon < 1:
        return summary
    wanted = epsilon + np.arange(0.0, 1.0, epsilon)
    weights = np.cumsum(summary[1])
    fractions = weights / weights[-1]
    upto = np.interp(wanted, fractions, weights)
    made = np.stack([np.interp(wanted, fractions, summary[0]), upto - np.concatenate([[0], upto[:-1]])])
    return made.astype(np.float32)
