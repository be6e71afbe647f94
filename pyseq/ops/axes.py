"""Axis arguments: None, an integer, or several; negative ones count from the end."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from pyseq.core.errors import invalid

ALL = [tuple(range(rank)) for rank in range(9)]


def normalized_axis(who: str, axis, rank: int) -> int:
    """The axis as a number in [0, rank).

    Raises:
        ValueError: it is outside. TypeError: it is no integer.
    """
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise TypeError(f"{who}: `axis` must be an integer. Received: axis={axis!r}.")
    k = int(axis)
    if not -rank <= k < rank:
        raise invalid(f"{who}: `axis` must be in [{-rank}, {rank}). Received: axis={axis}.")
    return k % rank if rank else 0


def normalized_axes(who: str, axis, rank: int) -> tuple[int, ...]:
    """All axes for None, else the axes given, sorted."""
    if axis is None:
        return ALL[rank] if rank < len(ALL) else tuple(range(rank))
    if type(axis) is int and -rank <= axis < rank:
        return (axis % rank,)
    given = tuple(axis) if isinstance(axis, (list, tuple)) or hasattr(axis, "__len__") else (axis,)
    axes = tuple(sorted(normalized_axis(who, k, rank) for k in given))
    if len(set(axes)) != len(axes):
        raise invalid(f"{who}: `axis` must not name an axis twice. Received: axis={axis}.")
    return axes


@lru_cache(maxsize=4096)
def reduced(shape: tuple, axes: tuple) -> tuple[tuple, tuple]:
    """(shape without the axes, shape with extent 1 there)."""
    gone = set(axes)
    return (
        tuple(extent for k, extent in enumerate(shape) if k not in gone),
        tuple(1 if k in gone else extent for k, extent in enumerate(shape)),
    )


@lru_cache(maxsize=4096)
def runs(shape: tuple, axes: tuple) -> list[tuple[int, int, int]]:
    """Neighbouring axes as (outer, r, inner) reductions to be done one after another, the last axes first.

    An axis of extent 1 is no step of its own and parts no neighbours: each of its sums would be of one element.
    """
    long = [k for k in axes if shape[k] != 1]
    if not long:
        return [(1, 1, prod(shape))]
    groups: list[list[int]] = []
    for k in long:
        if groups and prod(shape[groups[-1][1] + 1 : k]) == 1:
            groups[-1][1] = k
        else:
            groups.append([k, k])
    steps, after = [], shape
    for first, last in reversed(groups):
        steps.append((prod(after[:first]), prod(after[first : last + 1]), prod(after[last + 1 :])))
        after = after[:first] + after[last + 1 :]
    return steps
