"""Slow, obvious NumPy versions of the metric kernels."""

import numpy as np


def hits(labels, y_pred, k=0):
    """1.0 or 0.0 for each row of y_pred (N, C)."""
    found = np.zeros(len(y_pred))
    for n, (label, row) in enumerate(zip(labels, y_pred, strict=True)):
        if k == 0:
            numbers = np.where(np.isnan(row), -np.inf, row)
            best = int(np.argmax(numbers))
            found[n] = best == label
        else:
            known = 0 <= label < len(row) and np.isfinite(row[label])
            larger, stopped = 0, not known
            for value in row if known else ():
                if not np.isfinite(value):
                    stopped = True
                    break
                larger += value > row[label]
                if larger >= k:
                    break
            found[n] = not stopped and larger < k
    return found
