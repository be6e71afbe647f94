"""keras.backend: choices, loops, functions of symbolic tensors."""

from __future__ import annotations

import sys

import numpy as np

from pyseq.core import Tensor, Variable, active_trace, as_tensor, emit, numpy_kernel, record
from pyseq.core.structure import map_structure
from pyseq.layers.call_context import context
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops
from pyseq.tf import control, scopes


def name_scope(name):
    """Context of a name, as `tf.name_scope`."""
    return scopes.name_scope(name)


def switch(condition, then_expression, else_expression):
    """One of two expressions, or elementwise of both.

    Args:
        condition: bool, a scalar; or with as many axes as the expressions at most, for a choice along its axes.
        then_expression, else_expression: tensors, or functions without arguments that give them.
    """
    condition = elementwise.cast(as_tensor(condition), "bool")
    then_f, else_f = (x if callable(x) else lambda x=x: x for x in (then_expression, else_expression))
    if not condition.shape and (callable(then_expression) or callable(else_expression)):
        return control.cond(condition, then_f, else_f)
    yes, no = (as_tensor(f()) for f in (then_f, else_f))
    if not condition.shape and yes.shape != no.shape:
        return control.cond(condition, then_f, else_f)
    if len(condition.shape) > len(yes.shape):
        raise ValueError(
            "Rank of `condition` should be less than or equal to rank of `then_expression` and `else_expression`. "
            f"ndim(condition)={len(condition.shape)}, ndim(then_expression)={len(yes.shape)}"
        )
    ones = (1,) * (len(yes.shape) - len(condition.shape))
    return elementwise.where(shape_ops.reshape(condition, (*condition.shape, *ones)), yes, no)


def in_train_phase(x, alt, training=None):
    """x when training, else alt; each a tensor or a function without arguments.

    Args:
        training: by default what the layer that is being called was told; False outside of layers.
    """
    training = context.training if training is None else training
    if isinstance(training, (Tensor, Variable)):
        return switch(training, x, alt)
    chosen = x if training else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x, alt, training=None):
    """alt when training, else x. See `in_train_phase`."""
    return in_train_phase(alt, x, training=training)


def map_fn(fn, elems, name=None, dtype=None):
    """fn(element) for each element along the first axis, stacked."""
    return control.map_fn(fn, elems, dtype=dtype)


def foldl(fn, elems, initializer=None, name=None):
    """a after a = fn(a, element) for each element along the first axis."""
    return control.foldl(fn, elems, initializer)


def foldr(fn, elems, initializer=None, name=None):
    """As `foldl`, from the last element to the first."""
    return control.foldr(fn, elems, initializer)


def gradients(loss, variables):
    """Raises: gradients need a tape."""
    raise RuntimeError("tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead.")


def function(inputs, outputs, updates=None, name=None, **kwargs):
    """A function from arrays to arrays: what a model of these inputs and outputs computes.

    Args:
        inputs, outputs: symbolic tensors of a model, or structures of them.
    """
    if kwargs:
        raise ValueError(f"Session keyword arguments are not supported during eager execution. You passed: {kwargs}")
    if updates:
        raise ValueError(f"`updates` argument is not supported during eager execution. You passed: {updates}")
    from pyseq.models import Model

    model = Model(inputs=inputs, outputs=outputs)

    def call(model_inputs):
        made = model(model_inputs)
        if isinstance(outputs, list) and len(outputs) == 1 and not isinstance(made, list):
            made = [made]
        return map_structure(lambda y: y.numpy() if hasattr(y, "numpy") else y, made)

    return call


def print_tensor(x, message="", summarize=3):
    """x; its values are printed, in a plan each time it runs.

    Args:
        message: before the values. summarize: how many at each end of an axis; -1: all.
    """
    x = as_tensor(x)

    def show(a):
        edge = sys.maxsize if summarize < 0 else summarize
        text = np.array2string(a, threshold=0 if summarize >= 0 else sys.maxsize, edgeitems=edge, separator=" ")
        print(message, text)

    if active_trace() is None:
        show(x.numpy())
        return x

    def fill(inputs, outputs, dims, attrs):
        show(inputs[0])
        outputs[0][...] = inputs[0]

    y = emit(numpy_kernel("print_tensor", fill), (x,), ((x.shape, x.dtype),))
    return record(y, (x,), lambda dy, needs: dy)
