"""Sums of products named by letters: einsum and tensordot, as matrix products of transposed and reshaped tensors."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import as_tensor
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import linalg, reduce
from pyseq.ops import shape as s
from pyseq.ops.axes import normalized_axis
from pyseq.ops.broadcasting import broadcast_shapes
from pyseq.ops.gather import gather

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def tensordot(a, b, axes):
    """The sum of products over some axes of a and as many of b.

    Args:
        a, b: of one dtype.
        axes: a number n: the last n of a with the first n of b; or (axes of a, axes of b).
    Returns:
        The other axes of a, then those of b.
    Raises:
        ValueError: the axes are not as many, or not of the same extents.
    Source: tf.tensordot.
    """
    a, b = e.operands("tensordot", a, b)
    rank_a, rank_b = len(a.shape), len(b.shape)
    of_a, of_b = _dot_axes(axes, rank_a, rank_b)
    if [a.shape[k] for k in of_a] != [b.shape[k] for k in of_b]:
        raise invalid(
            f"tensordot: `axes` must name axes of equal extents. Received: axes={axes}, shapes {a.shape} and {b.shape}."
        )
    rest_a = [k for k in range(rank_a) if k not in of_a]
    rest_b = [k for k in range(rank_b) if k not in of_b]
    rows, columns = [a.shape[k] for k in rest_a], [b.shape[k] for k in rest_b]
    n = math.prod(a.shape[k] for k in of_a)
    left = s.reshape(s.transpose(a, (*rest_a, *of_a)), (math.prod(rows), n))
    right = s.reshape(s.transpose(b, (*of_b, *rest_b)), (n, math.prod(columns)))
    return s.reshape(linalg.matmul(left, right), (*rows, *columns))


def _dot_axes(axes, rank_a, rank_b):
    if hasattr(axes, "__index__") and not np.ndim(axes):
        n = int(axes)
        if not 0 <= n <= min(rank_a, rank_b):
            raise invalid(f"tensordot: `axes` must be in [0, {min(rank_a, rank_b)}]. Received: axes={axes}.")
        return list(range(rank_a - n, rank_a)), list(range(n))
    try:
        first, second = axes
    except (TypeError, ValueError):
        raise invalid(f"tensordot: `axes` must be a number or a pair. Received: axes={axes!r}.") from None
    of_a = [normalized_axis("tensordot", k, rank_a) for k in np.asarray(first).reshape(-1).tolist()]
    of_b = [normalized_axis("tensordot", k, rank_b) for k in np.asarray(second).reshape(-1).tolist()]
    if len(of_a) != len(of_b) or len(set(of_a)) < len(of_a) or len(set(of_b)) < len(of_b):
        raise invalid(f"tensordot: `axes` must be as many of a as of b, each once. Received: axes={axes}.")
    return of_a, of_b


def einsum(equation, *operands):
    """The sum of products that an equation of letters says: "ij,jk->ik" is a matrix product.

    Args:
        equation: a letter for each axis of each operand, between commas; "..." for axes that broadcast; after "->" the axes of the
            result, without it the letters that occur once, in alphabetical order. A letter twice in one operand is its diagonal.
        operands: tensors of one dtype.
    Raises:
        ValueError: the equation does not fit the operands.
    Source: tf.einsum.
    """
    if not operands:
        raise invalid(f"einsum: must get an operand for each part of the equation. Received: {equation!r}, no operand.")
    tensors = s.same_kind("einsum", list(operands))
    terms, to, extents = _parsed(equation, tuple(t.shape for t in tensors))
    parts = [_diagonals(t, term) for t, term in zip(tensors, terms, strict=True)]
    for first, second in _order(tuple(terms), to, tuple(extents.items())):
        b, a = parts.pop(second), parts.pop(first)  # second is the larger number
        needed = set(to).union(*[term for _, term in parts])
        parts.append(_contracted(a, b, needed, extents))
    x, term = _summed(*parts[0], set(to))
    missing = [label for label in to if label not in term]
    if missing:
        raise invalid(f"einsum: the result must have letters of the operands. Received: {equation!r}.")
    x = s.transpose(x, [term.index(label) for label in to])
    return s.broadcast_to(x, tuple(extents[label] for label in to))


@lru_cache(maxsize=1024)
def _parsed(equation, shapes):
    """(letters of each operand, letters of the result, {letter: extent}); axes of "..." have letters of their own."""
    text = equation.replace(" ", "")
    left, arrow, to = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise invalid(
            f"einsum: the equation must have a part for each operand. Received: {equation!r}, {len(shapes)} operands."
        )
    free = [c for c in reversed(LETTERS) if c not in text]
    room = [len(shape) - len(term.replace("...", "")) for term, shape in zip(terms, shapes, strict=True)]
    wide = max([n for n, term in zip(room, terms, strict=True) if "..." in term], default=0)
    if wide > len(free) or wide < 0:
        raise invalid(f"einsum: the letters must fit the operands. Received: {equation!r}, shapes {shapes}.")
    dots = "".join(free[:wide])
    found, extents = [], {}
    for term, shape, n in zip(terms, shapes, room, strict=True):
        spelled = term.replace("...", dots[wide - n :] if n > 0 else "", 1)
        if len(spelled) != len(shape) or not all(c in LETTERS for c in spelled):
            raise invalid(
                f"einsum: each operand must have a letter for each axis. Received: {equation!r}, {term!r} for shape {shape}."
            )
        _note_extents(equation, spelled, shape, extents, dots, shapes)
        found.append(spelled)
    if arrow:
        to = to.replace("...", dots, 1)
    else:
        letters = "".join(found)
        to = dots + "".join(sorted(c for c in set(letters) if letters.count(c) == 1 and c not in dots))
    if len(set(to)) != len(to) or not all(c in LETTERS for c in to):
        raise invalid(f"einsum: the result must have each letter once. Received: {equation!r}.")
    return found, to, extents


def _note_extents(equation, term, shape, extents, dots, shapes):
    for label, n in zip(term, shape, strict=True):
        known = extents.get(label, n)
        if known != n and not (label in dots and 1 in (known, n)):
            raise invalid(
                f"einsum: a letter must stand for one extent, {label!r} for {known} and {n}. "
                f"Received: {equation!r}, shapes {shapes}."
            )
        extents[label] = n if known == 1 else known


@lru_cache(maxsize=1024)
def _order(terms, to, extents):
    """Pairs of operands to multiply, one after another, the result put last; chosen by NumPy for few operations."""
    if len(terms) <= 2:
        return [(0, 1)] if len(terms) == 2 else []
    sizes = dict(extents)
    shapes = [np.broadcast_to(np.float32(0), [sizes[c] for c in term]) for term in terms]
    path = np.einsum_path(",".join(terms) + "->" + to, *shapes, optimize="greedy")[0][1:]
    if any(len(step) > 2 for step in path):  # NumPy sees no gain in an order
        return [(0, 1)] * (len(terms) - 1)
    return [tuple(sorted(step)) for step in path]


def _diagonals(x, term):
    """x with one axis for each letter."""
    while len(set(term)) < len(term):
        label = next(c for c in term if term.count(c) > 1)
        first = term.index(label)
        second = term.index(label, first + 1)
        n = x.shape[first]
        x = s.moveaxis(s.moveaxis(x, second, 0), first + 1, 1)  # the two axes in front
        x = s.reshape(x, (n * n, *x.shape[2:]))
        x = gather(x, as_tensor(np.arange(n) * (n + 1)), 0)
        term = label + "".join(c for k, c in enumerate(term) if k not in (first, second))
    return x, term


def _summed(x, term, needed):
    """x without the axes that nothing else needs."""
    gone = tuple(k for k, label in enumerate(term) if label not in needed)
    return (reduce.sum(x, gone), "".join(c for c in term if c in needed)) if gone else (x, term)


def _contracted(a, b, needed, extents):
    """The product of two operands, summed over the letters that neither the result nor another operand has."""
    (x, left), (y, right) = _summed(*a, needed | set(b[1])), _summed(*b, needed | set(a[1]))
    both = [c for c in left if c in right]
    over = "".join(c for c in both if c not in needed)
    batch = "".join(c for c in both if c in needed)
    rows = "".join(c for c in left if c not in right)
    columns = "".join(c for c in right if c not in left)
    if not over:
        to = batch + rows + columns
        return e.multiply(_laid_out(x, left, to), _laid_out(y, right, to)), to
    lead_x = tuple(x.shape[left.index(c)] for c in batch)
    lead_y = tuple(y.shape[right.index(c)] for c in batch)
    x = s.transpose(x, [left.index(c) for c in batch + rows + over])
    y = s.transpose(y, [right.index(c) for c in batch + over + columns])
    n = math.prod(extents[c] for c in over)
    x = s.broadcast_to(x, (*x.shape[: len(batch) + len(rows)], *[extents[c] for c in over]))
    y = s.broadcast_to(y, (*lead_y, *[extents[c] for c in over], *y.shape[len(batch) + len(over) :]))
    shape_rows, shape_columns = [extents[c] for c in rows], [extents[c] for c in columns]
    x = s.reshape(x, (*lead_x, math.prod(shape_rows), n))
    y = s.reshape(y, (*lead_y, n, math.prod(shape_columns)))
    lead = broadcast_shapes(lead_x, lead_y, who="einsum")
    return s.reshape(linalg.matmul(x, y), (*lead, *shape_rows, *shape_columns)), batch + rows + columns


def _laid_out(x, term, to):
    """x with its axes where `to` has them and 1 elsewhere."""
    x = s.transpose(x, [term.index(c) for c in to if c in term])
    shape = iter(x.shape)
    return s.reshape(x, tuple(next(shape) if c in term else 1 for c in to))
