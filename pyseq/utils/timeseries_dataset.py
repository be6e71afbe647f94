"""Data sets of windows of a time series."""

from __future__ import annotations

import numpy as np

WHO = "timeseries_dataset_from_array"


def timeseries_dataset_from_array(
    data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False, seed=None,
    start_index=None, end_index=None,
):  # fmt: skip
    """A Dataset of windows of a time series, or of windows and targets.

    Args:
        data: array, one row for each time step.
        targets: array; targets[i] belongs to the window that begins at step i; None: no targets.
        sequence_length: rows of a window. sampling_rate: steps between them.
        sequence_stride: steps between the beginnings of windows that follow each other.
        batch_size: None: no batches.
        shuffle: windows in random order? seed: of the order.
        start_index, end_index: only steps from the first, and before the second, are used.
    Returns:
        Dataset of (batch, sequence_length, ...), or of pairs with (batch, ...).
    """
    from pyseq.core import as_tensor
    from pyseq.data import AUTOTUNE, Dataset
    from pyseq.tf import gather

    data, targets = np.asarray(data), None if targets is None else np.asarray(targets)
    _check(len(data), sequence_length, sequence_stride, sampling_rate, batch_size, start_index, end_index)
    start, end = start_index or 0, len(data) if end_index is None else end_index
    n = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        n = min(n, len(targets))
    firsts = np.arange(0, max(n, 0), sequence_stride, dtype="int32" if n < 2**31 - 1 else "int64")
    if shuffle:
        seed = np.random.randint(1_000_000) if seed is None else seed
        np.random.RandomState(seed).shuffle(firsts)
    steps = as_tensor(np.arange(0, sequence_length * sampling_rate, sampling_rate, dtype=firsts.dtype))
    rows = as_tensor(np.ascontiguousarray(data[start:end]))
    wanted = None if targets is None else as_tensor(np.ascontiguousarray(targets[start:end]))

    def windows(first):
        window = gather(rows, (first if batch_size is None else first[:, None]) + steps)
        return window if wanted is None else (window, gather(wanted, first))

    dataset = Dataset.from_tensor_slices(firsts)
    if shuffle:  # numbers are shuffled and put in batches, then each batch is gathered at once
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    return dataset.map(windows).prefetch(AUTOTUNE)


def _check(n, sequence_length, sequence_stride, sampling_rate, batch_size, start_index, end_index):
    for name, value, least, most in (
        ("sequence_length", sequence_length, 1, None),
        ("sequence_stride", sequence_stride, 1, n),
        ("sampling_rate", sampling_rate, 1, n),
        ("batch_size", batch_size, 1, None),
        ("start_index", start_index, 0, n),
        ("end_index", end_index, 1, n + 1),
    ):
        if value is not None and (value < least or (most is not None and value >= most)):
            below = "" if most is None else f" and less than {most} (there are {n} rows of data)"
            raise ValueError(f"{WHO}: `{name}` must be at least {least}{below}. Received: {name}={value}.")
    if start_index is not None and end_index is not None and end_index <= start_index:
        raise ValueError(
            f"{WHO}: `end_index` must be higher than `start_index`. Received: start_index={start_index}, end_index={end_index}."
        )
