"""Gradients of one's own, and what TensorFlow 1 had instead of tapes."""

from __future__ import annotations

import functools
import inspect
from enum import Enum

from pyseq.core import GradientTape, Tensor, Variable, as_tensor, record, stop_recording
from pyseq.core.structure import flatten, map_structure


class UnconnectedGradients(Enum):
    """What `GradientTape.gradient` gives where there is no path: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


def custom_gradient(f=None):
    """A function whose gradient is the one it gives itself.

    Args:
        f: takes tensors; returns (y, grad). grad gets a cotangent for each leaf of y and returns the gradient of each
            argument of `f`; if `f` uses trainable variables, it must take `variables`, a list, and return
            (gradients of the arguments, gradients of the variables).
    Source: tf.custom_gradient.
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        args = map_structure(_followed, args)
        with stop_recording(), GradientTape() as tape:
            returned = f(*args, **kwargs)
        if not (isinstance(returned, tuple) and len(returned) == 2 and callable(returned[1])):
            raise TypeError(
                f"custom_gradient: `f` must return (result, function that gives the gradients). Received: {returned!r}."
            )
        result, grad = returned
        own = {id(x) for x in flatten(args) if isinstance(x, Variable)}
        variables = [v for v in tape.watched_variables() if id(v) not in own]
        return _recorded(result, [x for x in flatten(args)], variables, grad)

    return decorated


def _followed(x):
    return as_tensor(x) if _is_array(x) else x


def _is_array(x):
    return hasattr(x, "dtype") and not isinstance(x, (Tensor, Variable))


def _recorded(result, inputs, variables, grad):
    """The result's tensors, fresh ones, on the tapes with `grad` as their gradient."""
    takes_variables = _takes_variables(grad)
    if variables and not takes_variables:
        raise TypeError(
            "custom_gradient: `f` uses variables, so its gradient function must take `variables`, and return "
            f"(gradients of the arguments, gradients of the variables). Received: {[v.name for v in variables]}."
        )
    leaves = [as_tensor(y) for y in flatten(result)]
    made = tuple(y.reshaped(y.shape) for y in leaves)
    followed = [x if isinstance(x, (Tensor, Variable)) else None for x in inputs]

    def vjp(dys, needs):
        dys = [_or_zeros(dy, y) for dy, y in zip(dys, made, strict=True)]
        if variables:
            of_inputs, of_variables = grad(*dys, variables=variables)
        else:
            of_inputs, of_variables = grad(*dys), []
        of_inputs = _one_each("argument", of_inputs, len(inputs))
        return (*of_inputs, *_one_each("variable", of_variables, len(variables)))

    record(made, (*followed, *variables), vjp)
    return _refilled(result, iter(made))


def _takes_variables(grad):
    try:
        parameters = inspect.signature(grad).parameters
    except (TypeError, ValueError):
        return False
    return "variables" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _or_zeros(dy, y):
    from pyseq.ops import elementwise

    return elementwise.zeros_like(y) if dy is None else dy


def _one_each(what, gradients, n):
    found = flatten(gradients) if isinstance(gradients, (list, tuple, dict)) else [gradients]
    if len(found) != n:
        raise ValueError(
            f"custom_gradient: there must be a gradient (or None) for each {what}, {n}. Received: {len(found)}."
        )
    return [None if g is None else as_tensor(g) for g in found]


def _refilled(like, leaves):
    if isinstance(like, dict):
        done = {k: _refilled(like[k], leaves) for k in sorted(like)}
        return {k: done[k] for k in like}
    return map_structure(lambda _: next(leaves), like) if isinstance(like, (list, tuple)) else next(leaves)


def grad_pass_through(f):
    """A function that computes f and lets gradients through as if it were the identity."""

    @custom_gradient
    def passing(*args, **kwargs):
        def grad(*dys, variables=None):
            gradients = dys[0] if len(dys) == 1 else list(dys)
            return (gradients, [None] * len(variables)) if variables is not None else gradients

        return f(*args, **kwargs), grad

    return passing


def recompute_grad(f):
    """f itself: what it computes is kept for the gradient, not computed twice. The numbers are the same."""
    if not callable(f):
        raise TypeError(f"recompute_grad: `f` must be callable. Received: f={f!r}.")
    return f


def gradients(
    ys, xs, grad_ys=None, name="gradients", gate_gradients=False, aggregation_method=None, stop_gradients=None,
    unconnected_gradients=UnconnectedGradients.NONE,
):  # fmt: skip
    """Raises: gradients need a tape. Source: tf.gradients, which raises the same in eager code."""
    raise RuntimeError("tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead.")


def hessians(ys, xs, gate_gradients=False, aggregation_method=None, name="hessians"):
    """Raises: Hessians need tapes."""
    raise RuntimeError(
        "tf.hessians is not supported when eager execution is enabled. Use tf.GradientTape.jacobian of a gradient instead."
    )


def no_gradient(op_type):
    """Raises: there is no registry of gradients by op type."""
    raise NotImplementedError(
        f"tf.no_gradient: ops carry their gradients themselves. Use tf.stop_gradient. Received: op_type={op_type!r}."
    )
