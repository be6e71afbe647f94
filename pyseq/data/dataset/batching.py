"""Nodes that put elements together or take them apart."""

from __future__ import annotations

import itertools
from collections import deque

import numpy as np

from pyseq.core import Tensor
from pyseq.core.structure import flatten, map_structure
from pyseq.data.dataset.elements import as_leaf_array, as_leaf_numpy, as_leaf_tensor
from pyseq.data.dataset.node import UNKNOWN, Of
from pyseq.data.dataset.pieces import run_of
from pyseq.data.dataset.sources import Listed
from pyseq.data.spec import DatasetSpec, TensorSpec


class _Grouping(Of):
    """A node that makes one element of `group` elements; of fewer at the end, unless it drops those."""

    def __init__(self, source, group, drop):
        super().__init__(source)
        self.group, self.drop = group, drop

    def size(self):
        n = self.source.size()
        return n if n < 0 else n // self.group if self.drop else -(-n // self.group)

    def make(self, run):
        elements = iter(self.source.elements(run))
        while True:
            group = list(itertools.islice(elements, self.group))
            if not group or len(group) < self.group and self.drop:
                return
            yield self.together(group)

    def together(self, group):
        """One element of a list of them."""
        raise NotImplementedError


class Batch(_Grouping):
    """Batches; of rows, runs of them."""

    def __init__(self, source, group, drop):
        super().__init__(source, group, drop)
        if source.picks is not None and source.picks[0] == "rows":
            self.picks = ("batches", source.picks[1])

    def spec(self):
        n = self.group if self.drop else None
        return map_structure(lambda s: _batched_spec(s, n), self.source.element_spec)

    def row_count(self):
        n = self.source.row_count()
        return n if n is None or not self.drop else n // self.group * self.group

    def pieces(self, run):
        size, rest = self.group, None
        for chunk in self.source.pieces(run):
            if rest is not None:
                need = size - len(rest)
                rest, chunk = np.concatenate([rest, chunk[:need]]), chunk[need:]
                if len(rest) < size:
                    continue
                yield run_of(rest, size, 1)
            full = len(chunk) // size
            if full:
                yield run_of(chunk[: full * size], size, full)
            rest = chunk[full * size :] if full * size < len(chunk) else None
        if rest is not None and not self.drop:
            yield run_of(rest, len(rest), 1)

    def together(self, group):
        return stacked(group)


def _batched_spec(s, n):
    if not isinstance(s, TensorSpec):
        return s
    return TensorSpec(None if s.shape is None else (n, *s.shape), s.dtype)


def stacked(group):
    """One structure of arrays of several structures of leaves."""
    first = group[0]
    if isinstance(first, dict):
        return {k: stacked([g[k] for g in group]) for k in first}
    if isinstance(first, tuple):
        made = [stacked(leaves) for leaves in zip(*group, strict=True)]
        return type(first)(*made) if hasattr(first, "_fields") else tuple(made)
    if first is None:
        return None
    leaves = group if type(first) is np.ndarray else [as_leaf_array(leaf) for leaf in group]
    first = leaves[0]
    out = np.empty((len(leaves), *first.shape), first.dtype)
    for k, leaf in enumerate(leaves):
        if leaf.shape != first.shape:
            raise ValueError(
                "batch: Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: "
                f"{list(leaf.shape)}, [batch]: {list(first.shape)}. (padded_batch pads them.)"
            )
        out[k] = leaf if leaf.shape else leaf[()]
    return out


class PaddedBatch(_Grouping):
    """Batches of elements of different shapes, padded at the end.

    Args:
        shapes: structure of shapes, or None. values: structure of what is filled in, or None.
    """

    def __init__(self, source, group, shapes, values, drop):
        super().__init__(source, group, drop)
        self.shapes = _spread(source.element_spec, shapes)
        self.values = _spread(source.element_spec, values, one_for_all=True)
        for s, value in zip(flatten(self.element_spec), self.values, strict=True):
            _check_value(value, s.dtype)

    def spec(self):
        n = self.group if self.drop else None
        specs, shapes = flatten(self.source.element_spec), iter(self.shapes)
        made = iter([TensorSpec((n, *_padded_shape(s, next(shapes))), s.dtype) for s in specs])
        return _filled(self.source.element_spec, made)

    def together(self, group, fill=None):
        """One element of a list of them; `fill`: what the sizes are that are not given, by default those of the longest."""
        columns = zip(*map(flatten, group), strict=True)
        made = []
        for leaves, spec, shape, value in zip(
            columns, flatten(self.source.element_spec), self.shapes, self.values, strict=True
        ):
            if fill is not None:
                shape = tuple(fill if d is None else d for d in (spec.shape if shape is None else shape))
            made.append(padded(leaves, shape, value))
        return _filled(group[0], iter(made))


def _padded_shape(spec, shape):
    if shape is None:
        if spec.shape is None:
            raise ValueError(
                "padded_batch: You must provide `padded_shapes`: the rank of an element is unknown. Received: "
                f"element {spec}."
            )
        return spec.shape
    if spec.shape is not None and (
        len(shape) != len(spec.shape)
        or any(None not in (n, d) and n > d for n, d in zip(spec.shape, shape, strict=True))
    ):
        raise ValueError(
            f"The padded shape {shape} is not compatible with the shape {spec.shape} of the corresponding input component."
        )
    return shape


def _check_value(value, dtype):
    if value is not None and dtype.name != "string" and np.asarray(value).dtype.kind == "f" and not dtype.is_floating:
        raise TypeError(
            f"padded_batch: Mismatched type between padding value {value} and the input dataset's element type {dtype.name}."
        )


def padded(leaves, shape, value):
    """An array of the leaves, each filled up with `value` at its ends.

    Args:
        shape: sizes, None for that of the longest; None: all so.
    """
    leaves = [as_leaf_array(leaf) for leaf in leaves]
    if len({a.ndim for a in leaves}) > 1:
        raise ValueError("padded_batch: All elements in a batch must have the same rank.")
    longest = [max(sizes) for sizes in zip(*[a.shape for a in leaves], strict=True)]
    if shape is not None:
        if any(d is not None and n > d for n, d in zip(longest, shape, strict=True)):
            raise ValueError(
                "padded_batch: Attempted to pad to a smaller size than the input element. Received: "
                f"padded_shapes={shape}, the largest element {tuple(longest)}."
            )
        longest = [n if d is None else d for n, d in zip(longest, shape, strict=True)]
    if value is None:
        value = b"" if leaves[0].dtype.kind == "O" else 0
    value = np.asarray(as_leaf_numpy(as_leaf_tensor(value)), dtype=leaves[0].dtype)
    out = np.full((len(leaves), *longest), value, leaves[0].dtype)
    for k, a in enumerate(leaves):
        out[(k, *map(slice, a.shape))] = a
    return out


def _spread(spec, given, one_for_all=False):
    """What is given for each leaf of the structure, in the order of `flatten`; None: nothing for any."""
    if given is None or one_for_all and not isinstance(given, (tuple, list, dict)):
        return [given] * len(flatten(spec))
    if not isinstance(spec, (tuple, dict)):
        return [_plain(given)]
    if isinstance(spec, dict) and isinstance(given, dict) and set(spec) == set(given):
        return [x for k in sorted(spec) for x in _spread(spec[k], given[k])]
    if isinstance(spec, tuple) and isinstance(given, (tuple, list)) and len(spec) == len(given):
        return [x for s, g in zip(spec, given, strict=True) for x in _spread(s, g)]
    raise TypeError(f"padded_batch: what is given must have the structure of an element, {spec}. Received: {given}.")


def _plain(x):
    if isinstance(x, (Tensor, np.ndarray)) and x.shape:
        x = np.asarray(x).tolist()
    if isinstance(x, (tuple, list)):
        return tuple(None if d is None or int(d) == -1 else int(d) for d in x)
    return x


def _filled(structure, leaves):
    """The structure with other leaves, given in the order of `flatten`."""
    if isinstance(structure, dict):
        made = {k: _filled(structure[k], leaves) for k in sorted(structure)}
        return {k: made[k] for k in structure}
    if isinstance(structure, tuple):
        made = [_filled(item, leaves) for item in structure]
        return type(structure)(*made) if hasattr(structure, "_fields") else tuple(made)
    return next(leaves)


class Unbatch(Of):
    """The slices of elements along their first axis."""

    def __init__(self, source):
        super().__init__(source)
        if any(getattr(s, "shape", None) == () for s in flatten(source.element_spec)):
            raise ValueError("Cannot unbatch an input with scalar components.")

    def spec(self):
        return map_structure(
            lambda s: TensorSpec(None if s.shape is None else s.shape[1:], s.dtype), self.source.element_spec
        )

    def size(self):
        n = self.source.size()
        firsts = {s.shape[0] if s.shape else None for s in flatten(self.source.element_spec)}
        if n <= 0:
            return n
        return n * firsts.pop() if len(firsts) == 1 and None not in firsts else UNKNOWN

    def make(self, run):
        for element in self.source.elements(run):
            arrays = map_structure(as_leaf_array, element)
            sizes = {len(a) for a in flatten(arrays)}
            if len(sizes) != 1:
                raise ValueError(
                    "unbatch: Input element must have the same batch size in each component. Received: sizes "
                    f"{sorted(sizes)}."
                )
            for k in range(sizes.pop()):
                yield map_structure(lambda a, k=k: a[k], arrays)


class Window(Of):
    """Structures of datasets of `window` elements, every `stride`th; the next begins `shift` elements later.

    Args:
        dataset: makes a Dataset of a node.
    """

    def __init__(self, source, window, shift, stride, drop, dataset):
        super().__init__(source)
        self.window, self.shift, self.stride, self.drop = window, shift, stride, drop
        self.dataset = dataset

    def spec(self):
        return map_structure(DatasetSpec, self.source.element_spec)

    def _span(self):
        return (self.window - 1) * self.stride + 1

    def size(self):
        n = self.source.size()
        if n < 0:
            return n
        return max(0, (n - self._span()) // self.shift + 1) if self.drop else -(-n // self.shift)

    def make(self, run):
        span = self._span()
        elements = iter(self.source.elements(run))
        waiting = deque(itertools.islice(elements, span))
        while waiting:
            items = list(itertools.islice(waiting, 0, span, self.stride))
            if self.drop and len(waiting) < span:
                return
            yield self._columns(items, self.source.element_spec)
            for _ in range(self.shift):
                if waiting:
                    waiting.popleft()
                else:
                    next(elements, None)
            waiting.extend(itertools.islice(elements, span - len(waiting)))

    def _columns(self, items, spec):
        """A structure of datasets of the elements."""
        if isinstance(spec, dict):
            return {k: self._columns([item[k] for item in items], s) for k, s in spec.items()}
        if isinstance(spec, tuple):
            return tuple([self._columns([item[k] for item in items], s) for k, s in enumerate(spec)])
        return self.dataset(Listed(items, spec))
