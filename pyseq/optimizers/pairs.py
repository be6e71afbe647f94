"""The pairs (gradient, variable) that a step is made of."""

from __future__ import annotations

import warnings

from pyseq.core import Tensor, Variable, as_tensor


def as_list(variables):
    """A variable alone is a list of one."""
    return [variables] if isinstance(variables, Variable) else list(variables)


def checked_pairs(who, grads_and_vars):
    """The pairs, each gradient a tensor of its variable's shape, or None."""
    pairs = []
    for pair in grads_and_vars:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{who}: `grads_and_vars` must hold pairs (gradient, variable). Received: {pair!r}.")
        g, v = pair
        if not isinstance(v, Variable):
            raise TypeError(f"{who}: `grads_and_vars` must hold pairs (gradient, variable). Received: variable={v!r}.")
        if g is not None:
            g = as_tensor(g) if isinstance(g, (Tensor, Variable)) else as_tensor(g, dtype=v.dtype)
            if g.shape != v.shape:
                raise ValueError(
                    f"{who}: the gradient of {v.name} must have its shape {v.shape}. Received: gradient.shape={g.shape}."
                )
        pairs.append((g, v))
    return pairs


def without_none(pairs):
    """The pairs that have a gradient; a warning names the others."""
    kept = [(g, v) for g, v in pairs if g is not None]
    names = [v.name for g, v in pairs if g is None]
    if not kept:
        raise ValueError(
            f"No gradients provided for any variable: ({names},). The loss does not depend on them, or was computed "
            "outside the GradientTape."
        )
    if names:
        warnings.warn(
            f"Gradients do not exist for variables {names} when minimizing the loss. If you're using `model.compile()`, "
            "did you forget to provide a `loss` argument?",
            stacklevel=3,
        )
    return kept
