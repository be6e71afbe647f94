"""The CTC loss by its definition: the sum over all paths."""

import itertools

import numpy as np


def spelled(path, blank):
    return [c for c, _ in itertools.groupby(path) if c != blank]


def loss(label, logits, blank):
    """-log of the summed probability of the paths through (T, C) that spell `label`."""
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    n_times, n_classes = p.shape
    total = sum(
        np.prod([p[t, c] for t, c in enumerate(path)])
        for path in itertools.product(range(n_classes), repeat=n_times)
        if spelled(path, blank) == list(label)
    )
    return -np.log(total) if total > 0 else np.inf
