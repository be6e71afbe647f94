"""Sequences as samples: the face of tf.keras.preprocessing.sequence."""

from __future__ import annotations

import json
import random

import numpy as np

from pyseq.data.sequence import Sequence
from pyseq.utils.padding import pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams"]

EULER_GAMMA = 0.577  # to as many digits as tf.keras has


class TimeseriesGenerator(Sequence):
    """Batches of windows of a time series, each with the target of the step after its end.

    Args:
        data: list or array of steps. targets: as long as `data`.
        length: steps of a window.
        sampling_rate: every `sampling_rate`th step of a window is in the sample.
        stride: steps between the beginnings of windows that follow each other.
        start_index, end_index: of `data`; what is outside is not used.
        shuffle: windows at random places (NumPy's generator decides) instead of in order?
        reverse: the steps of a sample in reverse order?
        batch_size: samples of a batch.
    Source: tf.keras.preprocessing.sequence.TimeseriesGenerator.
    """

    def __init__(
        self, data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, shuffle=False, reverse=False,
        batch_size=128,
    ):  # fmt: skip
        if len(data) != len(targets):
            raise ValueError(
                "TimeseriesGenerator: `targets` must be as long as `data`. "
                f"Received: len(data)={len(data)}, len(targets)={len(targets)}."
            )
        for name, count in (("sampling_rate", sampling_rate), ("stride", stride), ("batch_size", batch_size)):
            if count < 1:
                raise ValueError(f"TimeseriesGenerator: `{name}` must be at least 1. Received: {name}={count}.")
        self.data, self.targets, self.length = data, targets, length
        self.sampling_rate, self.stride, self.batch_size = sampling_rate, stride, batch_size
        self.shuffle, self.reverse = shuffle, reverse
        self.start_index = start_index + length  # of the first target
        self.end_index = len(data) - 1 if end_index is None else end_index
        if self.start_index > self.end_index:
            raise ValueError(
                "TimeseriesGenerator: `length` must leave a step for the target. Received: "
                f"start_index + length={self.start_index}, end_index={self.end_index}."
            )

    def __len__(self):
        steps = self.batch_size * self.stride
        return (self.end_index - self.start_index + steps) // steps

    def __getitem__(self, index):
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            rows = np.arange(first, min(first + self.batch_size * self.stride, self.end_index + 1), self.stride)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1, ...] if self.reverse else samples), targets

    def get_config(self):
        """The arguments, data and targets as JSON; `start_index` has `length` added, as in tf.keras."""
        names = ("length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse", "batch_size")
        data = {name: _as_json(name, getattr(self, name)) for name in ("data", "targets")}
        return {**data, **{name: getattr(self, name) for name in names}}

    def to_json(self, **kwargs):
        """`get_config` as JSON. `kwargs`: of `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def _as_json(name, values):
    try:
        return json.dumps(values.tolist() if isinstance(values, (np.ndarray, np.generic)) else values)
    except TypeError as error:
        raise TypeError(f"TimeseriesGenerator: `{name}` cannot be written as JSON. {error}.") from None


def make_sampling_table(size, sampling_factor=1e-5):
    """The chance to keep the word of each rank, so that frequent words do not drown the others.

    Args:
        size: number of words. sampling_factor: the smaller, the fewer frequent words are kept.
    Returns:
        float64 (size,): min(1, sqrt(f)), f = sampling_factor / (frequency that Zipf's law gives the rank).
    """
    if size < 1:
        raise ValueError(f"make_sampling_table: `size` must be at least 1. Received: size={size}.")
    rank = np.arange(size)
    rank[0] = 1
    f = sampling_factor * (rank * (np.log(rank) + EULER_GAMMA) + 0.5 - 1.0 / (12.0 * rank))
    return np.minimum(1.0, f / np.sqrt(f))


def skipgrams(
    sequence, vocabulary_size, window_size=4, negative_samples=1.0, shuffle=True, categorical=False, sampling_table=None,
    seed=None,
):  # fmt: skip
    """Pairs of words and labels: 1 for words near each other, 0 for a word and a random one.

    Args:
        sequence: list of word numbers; 0 is no word.
        vocabulary_size: the largest number plus one.
        window_size: words are near if there are fewer than `window_size` others between them.
        negative_samples: random pairs for each near one.
        shuffle: in random order?
        categorical: labels [0, 1] and [1, 0] in place of 1 and 0?
        sampling_table: chance to keep each word; see `make_sampling_table`.
        seed: of the order; Python's `random` decides the rest.
    Returns:
        list of [word, other word], list of labels.
    """
    couples = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        first, end = max(0, i - window_size), i + window_size + 1
        couples += [[word, other] for j, other in enumerate(sequence[first:end], first) if j != i and other]
    labels = [1] * len(couples)
    if negative_samples > 0:
        n = int(len(labels) * negative_samples)
        words = [word for word, _ in couples]
        random.shuffle(words)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(n)]
        labels += [0] * n
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for pairs in (couples, labels):
            random.seed(seed)
            random.shuffle(pairs)
    return couples, [[1 - label, label] for label in labels] if categorical else labels
