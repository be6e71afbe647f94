"""One data set in two."""

from __future__ import annotations

import random

import numpy as np

from pyseq.core.structure import flatten, map_structure


def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None):
    """Two Datasets of the elements of one.

    Args:
        dataset: Dataset (its elements are all kept in memory; batches are undone and made anew), array, or list or tuple of arrays
            of one length.
        left_size, right_size: number of elements, or fraction of them; one of them may be None: the rest.
        shuffle: in random order first? seed: of the order, for Python's `random`.
    Raises:
        TypeError, ValueError: what is given cannot be split, or not so.
    """
    from pyseq.data import AUTOTUNE, Dataset

    if left_size is None and right_size is None:
        raise ValueError("split_dataset: at least one of `left_size` and `right_size` must be given.")
    rows, batch_size = _rows(dataset, Dataset)
    n = len(flatten(rows)[0])
    if not n:
        raise ValueError("split_dataset: `dataset` must have elements. Received: an empty one.")
    left, right = _sizes(left_size, right_size, n)
    order = list(range(n))
    if shuffle:
        random.seed(random.randint(0, 1_000_000) if seed is None else seed)
        random.shuffle(order)
    made = []
    for numbers in (order[:left], order[n - right :]):
        part = Dataset.from_tensor_slices(map_structure(lambda a, numbers=numbers: a[numbers], rows))
        made.append((part if batch_size is None else part.batch(batch_size)).prefetch(AUTOTUNE))
    return tuple(made)


def _rows(dataset, Dataset):
    """The structure of arrays whose rows the elements are, and the batch size."""
    if isinstance(dataset, Dataset):
        batch_size = _batch_size(dataset)
        elements = list((dataset if batch_size is None else dataset.unbatch()).as_numpy_iterator())
        if not elements:
            raise ValueError("split_dataset: `dataset` must have elements. Received: an empty one.")
        return _stacked(elements), batch_size
    if isinstance(dataset, np.ndarray):
        return dataset, None
    if not isinstance(dataset, (list, tuple)):
        raise TypeError(
            "split_dataset: `dataset` must be a Dataset, an array, or a list or tuple of arrays. "
            f"Received: {type(dataset).__name__}."
        )
    if not dataset or not all(isinstance(a, np.ndarray) and a.ndim for a in dataset):
        kinds = [type(a).__name__ for a in dataset]
        raise ValueError(f"split_dataset: `dataset` must be a list or tuple of arrays. Received: {kinds}.")
    if len({len(a) for a in dataset}) > 1:
        raise ValueError(
            f"split_dataset: the arrays of `dataset` must be of one length. Received: lengths {[len(a) for a in dataset]}."
        )
    return tuple(dataset), None


def _batch_size(dataset):
    """The batch size of a dataset whose last step, apart from prefetching, makes batches; else None."""
    from pyseq.data.dataset.batching import Batch
    from pyseq.data.dataset.picking import Prefetch

    node = dataset._node
    while isinstance(node, Prefetch):
        node = node.source
    return node.group if isinstance(node, Batch) else None


def _sizes(left, right, n):
    """The two numbers of elements."""
    for name, size in (("left_size", left), ("right_size", right)):
        if size is not None and (isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating))):
            raise TypeError(f"split_dataset: `{name}` must be an integer or a float. Received: {name}={size!r}.")
        most = 1 if isinstance(size, (float, np.floating)) else n
        if size is not None and not 0 < size < most:
            raise ValueError(
                f"split_dataset: `{name}` must be an integer between 0 and {n} (the number of elements), or a float between 0 "
                f"and 1. Received: {name}={size!r}."
            )
    left, right = (round(s * n) if isinstance(s, (float, np.floating)) else s for s in (left, right))
    left, right = n - right if left is None else left, n - left if right is None else right
    if left + right > n:
        raise ValueError(
            f"split_dataset: `left_size` and `right_size` must not be more than all {n} elements. Received: {left} and {right} of them."
        )
    if not left or not right:
        raise ValueError(f"split_dataset: of {n} elements {left} would go left and {right} right; none may be empty.")
    return left, right


def _stacked(elements):
    """A structure of arrays of a list of structures."""
    first = elements[0]
    if isinstance(first, dict):
        return {k: _stacked([e[k] for e in elements]) for k in first}
    if isinstance(first, tuple):
        return tuple(_stacked([e[k] for e in elements]) for k in range(len(first)))
    shapes = {np.shape(e) for e in elements}
    if len(shapes) > 1:
        raise ValueError(f"split_dataset: the elements of `dataset` must have one shape. Received: {sorted(shapes)}.")
    return np.array(elements, dtype=object if isinstance(first, bytes) else None)
