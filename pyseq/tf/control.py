"""Control flow: `tf.cond`, `tf.while_loop`, `tf.map_fn` and their like.

They are Python's own `if` and `for`: only the branch taken is run. What decides must be known. While a function is traced it
often is (what is computed from a few integers); a loop is then written into the plan turn by turn. Where it is not, the function
runs as Python code (`pyseq/plan/fallback.py`). While shapes alone are computed, all branches are run.
"""

from __future__ import annotations

from pyseq.core import ShapeTrace, Tensor, Variable, active_trace, as_tensor
from pyseq.core.engine import SymbolicError
from pyseq.core.errors import invalid, invalid_type
from pyseq.core.structure import flatten, map_structure
from pyseq.ops import shape as shape_ops
from pyseq.tf.tensor_array import TensorArray


def cond(pred, true_fn=None, false_fn=None, name=None):
    """true_fn() if `pred` is true, else false_fn().

    In a traced function, where `pred` may not be known, both are tried, so that what they make (weights of layers) is made, and
    the function then runs as Python code: each time only one of them. `tf.where` chooses values within a plan.
    """
    for what, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"cond: `{what}` must be callable. Received: {what}={function!r}.")
    if getattr(pred, "shape", ()):
        raise invalid(f"cond: `pred` must be a scalar. Received: pred.shape={pred.shape}.")
    if _is_known(pred):
        return true_fn() if bool(pred) else false_fn()
    return _one_of("cond", pred, [true_fn, false_fn])


def _is_known(x):
    """Is it a value, or a tensor that has one now?"""
    if isinstance(x, Variable):
        x = x.value()
    return not (isinstance(x, Tensor) and x.is_symbolic)


def _one_of(who, chooser, functions):
    """What one of the functions gives, while it is not known which: its shapes, if no more than shapes are computed."""
    results = [_tried(f) for f in functions]
    if isinstance(active_trace(), ShapeTrace) and UNKNOWN not in results:
        return results[0]
    raise SymbolicError(
        f"{who}: which branch is taken is not known while a function is traced. Use tf.where, or run the function eagerly."
    )


UNKNOWN = object()  # a result that depends on values


def _tried(function):
    try:
        return function()
    except SymbolicError:
        return UNKNOWN


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The result of the first function whose condition is true, else that of `default`.

    Args:
        pred_fn_pairs: list of (scalar bool, function).
        exclusive: is it an error if two conditions are true?
        strict: without effect, results are given as they are.
    """
    pairs = list(pred_fn_pairs)
    if not pairs and default is None:
        raise ValueError("case: `pred_fn_pairs` must not be empty without a `default`.")
    if not all(isinstance(p, (tuple, list)) and len(p) == 2 and callable(p[1]) for p in pairs):
        raise TypeError(f"case: `pred_fn_pairs` must be pairs of a condition and a function. Received: {pairs!r}.")
    if default is not None and not callable(default):
        raise TypeError(f"case: `default` must be callable. Received: default={default!r}.")
    if exclusive and all(_is_known(p) for p, _ in pairs) and sum(bool(p) for p, _ in pairs) > 1:
        raise invalid(f"case: `exclusive`: at most one condition may be true. Received: {[bool(p) for p, _ in pairs]}.")
    return _case(pairs, default)


def _case(pairs, default):
    if not pairs:
        return default()
    (pred, function), *rest = pairs
    if _is_known(pred):
        if bool(pred):
            return function()
        if not rest and default is None:
            raise invalid("case: no condition is true, and there is no `default`.")
        return _case(rest, default)
    if not rest and default is None:
        return _one_of("case", pred, [function])
    return _one_of("case", pred, [function, lambda: _case(rest, default)])


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The result of the function of this number; of `default`, else the one of the highest number, if there is none.

    Args:
        branch_index: integer scalar.
        branch_fns: list of functions, list of (number, function), or dict of them.
    """
    items = list(branch_fns.items()) if isinstance(branch_fns, dict) else list(branch_fns)
    if not items:
        raise ValueError("switch_case: `branch_fns` must not be empty.")
    if callable(items[0]):
        items = list(enumerate(items))
    functions = {int(k): f for k, f in items}
    if not all(map(callable, functions.values())):
        raise TypeError(f"switch_case: `branch_fns` must be functions. Received: {branch_fns!r}.")
    if sorted(functions) != list(range(len(items))):
        raise ValueError(
            f"switch_case: the numbers of `branch_fns` must be 0 to {len(items) - 1}. Received: {sorted(functions)}."
        )
    fallback = default if default is not None else functions[max(functions)]
    if _is_known(branch_index):
        return functions.get(int(branch_index), fallback)()
    return _one_of("switch_case", branch_index, [*functions.values(), fallback])


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False,
    maximum_iterations=None, name=None,
):  # fmt: skip
    """`loop_vars` after `loop_vars = body(*loop_vars)` has been done while cond(*loop_vars).

    Args:
        cond: gives a scalar bool. body: gives new loop_vars of the same structure.
        loop_vars: list, tuple or dict of tensors, arrays, numbers; structures of them.
        shape_invariants: not checked; a tensor may change its shape from turn to turn.
        parallel_iterations, swap_memory: without effect, turns are done one after another. back_prop: with False
            gradients stop at the result.
        maximum_iterations: most turns to be done.
    """
    for what, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"while_loop: `{what}` must be callable. Received: {what}={function!r}.")
    if not isinstance(loop_vars, (list, tuple, dict)) or not loop_vars:
        raise ValueError(f"while_loop: `loop_vars` must be a list of tensors. Received: loop_vars={loop_vars!r}.")
    values, turns = map_structure(_tensor, loop_vars), 0
    kind = type(values)
    while maximum_iterations is None or turns < int(maximum_iterations):
        go_on = _call(cond, values)
        if not _is_known(go_on):
            return _turned(body, values)
        if not bool(go_on):
            break
        values = _like(kind, _call(body, values), values)
        turns += 1
    return values if back_prop else map_structure(_stopped, values)


def _turned(body, values):
    """The loop variables after one turn, if no more than shapes are computed; it is not known how many turns there are."""
    after = _like(type(values), _call(body, values), values)
    if isinstance(active_trace(), ShapeTrace):
        return after
    raise SymbolicError(
        "while_loop: the condition depends on values that are not known while the function is traced. Let it "
        "depend on integers alone that start from constants (a counter), or run the function eagerly."
    )


def _tensor(x):
    return x if isinstance(x, Tensor | TensorArray) or x is None else as_tensor(x)


def _stopped(x):
    return x.reshaped(x.shape) if isinstance(x, Tensor) else x


def _call(function, values):
    return function(values) if isinstance(values, dict) else function(*values)


def _like(kind, new, old):
    """What a body returned, as loop variables."""
    if isinstance(old, dict):
        return {k: map_structure(_tensor, new[k]) for k in old}
    if len(old) == 1 and not (isinstance(new, (list, tuple)) and len(new) == 1):
        new = [new]
    if not isinstance(new, (list, tuple)) or len(new) != len(old):
        raise ValueError(
            f"while_loop: `body` must return as many values as there are loop variables, {len(old)}. Received: {new!r}."
        )
    new = [map_structure(_tensor, x) for x in new]
    return kind(*new) if hasattr(old, "_fields") else kind(new)


# ------------------------------------------------------------------------------------------------ along the first axis


def map_fn(
    fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None,
    fn_output_signature=None,
):  # fmt: skip
    """fn(element) for each element along the first axis, stacked.

    Args:
        elems: tensor or a structure of them; fn gets one element of each.
        dtype, fn_output_signature: what fn returns, a dtype or structure of them, if not like `elems`; checked.
        parallel_iterations, swap_memory, infer_shape: without effect.
        back_prop: with False gradients stop at the result.
    """
    signature = fn_output_signature if fn_output_signature is not None else dtype
    rows = _rows("map_fn", elems)
    if not rows:
        return _nothing("map_fn", elems, signature)
    results = [fn(row) for row in rows]
    _check_signature(
        signature if signature is not None else map_structure(lambda x: as_tensor(x).dtype, elems), results[0]
    )
    stacked = _stacked(results)
    return stacked if back_prop else map_structure(_stopped, stacked)


def _rows(who, elems):
    """The elements along the first axis of a structure of tensors."""
    leaves = [as_tensor(x) for x in flatten(elems)]
    if not leaves or not all(x.shape for x in leaves) or len({x.shape[0] for x in leaves}) > 1:
        raise ValueError(
            f"{who}: `elems` must be tensors with a first axis of one extent. Received: {[tuple(x.shape) for x in leaves]}."
        )
    columns = [shape_ops.unstack(x) for x in leaves]
    return [_filled(elems, iter(row)) for row in zip(*columns, strict=True)]


def _sorted(x):
    """Dicts by sorted keys, as `flatten` has their leaves."""
    if isinstance(x, dict):
        return {k: _sorted(x[k]) for k in sorted(x)}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(_sorted, x))
    return type(x)(map(_sorted, x)) if isinstance(x, (list, tuple)) else x


def _filled(like, leaves):
    return map_structure(lambda _: next(leaves), _sorted(like))


def _stacked(results):
    columns = [flatten(r) for r in results]
    made = iter([shape_ops.stack([as_tensor(x) for x in column]) for column in zip(*columns, strict=True)])
    return _filled(results[0], made)


def _check_signature(signature, result):
    wanted, got = flatten(signature), flatten(result)
    names = [getattr(getattr(w, "dtype", w), "name", None) or str(w) for w in wanted]
    if len(names) != len(got):
        raise TypeError(
            f"map_fn: what `fn` returns must have the structure of `fn_output_signature` (by default that of `elems`). "
            f"Received: {result!r} for {signature!r}."
        )
    made = [as_tensor(x).dtype.name for x in got]
    if names != made:
        raise invalid_type(
            "map_fn: `fn` must return the dtypes of `fn_output_signature` (by default those of `elems`). "
            f"Received: {made} for {names}."
        )


def _nothing(who, elems, signature):
    """The result for no elements: TensorFlow's has the shapes that fn would give, which nobody knows here."""
    if signature is None:
        return map_structure(as_tensor, elems)
    raise ValueError(f"{who}: `elems` must have elements; the shape of fn's results is not known. Received: {elems!r}.")


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """fn(element) for each element along the first axis, stacked: `map_fn`, whose turns are done one after another.

    `fallback_to_while_loop`, `warn`: without effect.
    """
    rows = _rows("vectorized_map", elems)
    if not rows:
        return _nothing("vectorized_map", elems, True)
    return _stacked([fn(row) for row in rows])


def scan(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True, reverse=False,
    name=None,
):  # fmt: skip
    """All of a = fn(a, element) along the first axis, stacked. Starts with `initializer`, by default the first element.

    reverse: from the last element to the first. Other arguments as of `map_fn`.
    """
    rows = _rows("scan", elems)
    first = [] if initializer is not None else [rows[-1] if reverse else rows[0]]
    results = first + _turns(fn, rows, initializer, reverse)
    stacked = _stacked(results[::-1] if reverse else results)
    return stacked if back_prop else map_structure(_stopped, stacked)


def _turns(fn, rows, initializer, reverse):
    rows = rows[::-1] if reverse else rows
    if not rows:
        raise ValueError("fold, scan: `elems` must have elements.")
    a = rows[0] if initializer is None else map_structure(_tensor, initializer)
    results = []
    for row in rows if initializer is not None else rows[1:]:
        a = fn(a, row)
        results.append(a)
    return results


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """a after a = fn(a, element) for each element along the first axis. Arguments as of `scan`."""
    return _folded(fn, elems, initializer, back_prop, False)


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """As `foldl`, from the last element to the first."""
    return _folded(fn, elems, initializer, back_prop, True)


def _folded(fn, elems, initializer, back_prop, reverse):
    rows = _rows("fold", elems)
    results = _turns(fn, rows, initializer, reverse)
    a = results[-1] if results else rows[0]
    return a if back_prop else map_structure(_stopped, a)
