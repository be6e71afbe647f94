"""Slow, obvious NumPy versions of the confusion kernels, in float64."""

import numpy as np


def counts(y_true, y_pred, thresholds, weights=None):
    """{outcome: (T,)}, positive is what is larger than the threshold."""
    y_true, y_pred = np.ravel(y_true) != 0, np.ravel(y_pred)
    weights = np.ones(len(y_pred)) if weights is None else np.ravel(weights).astype("float64")
    found = {name: np.zeros(len(thresholds)) for name in ("tp", "fp", "tn", "fn")}
    for k, threshold in enumerate(thresholds):
        for t, p, w in zip(y_true, y_pred, weights, strict=True):
            found[("t" if t == (p > threshold) else "f") + ("p" if p > threshold else "n")][k] += w
    return found


def matrix(y_true, y_pred, n_classes, weights=None):
    total = np.zeros((n_classes, n_classes))
    for k, (t, p) in enumerate(zip(y_true, y_pred, strict=True)):
        total[t, p] += 1.0 if weights is None else weights[k]
    return total


def top_k(x, k):
    """x, -1e10 where it is not among the k largest of its row; the first of equals first, NaN never."""
    y = np.full_like(x, -1e10)
    for row, kept in zip(x.reshape(-1, x.shape[-1]), y.reshape(-1, x.shape[-1]), strict=True):
        order = [j for j in np.argsort(-row, kind="stable") if not np.isnan(row[j])][:k]
        kept[order] = row[order]
    return y


def ratio(a, b):
    return np.divide(a, b, out=np.zeros(np.shape(a)), where=b != 0)


def area(tp, fp, tn, fn, curve, summation):
    """Area under the curve of (T,) counts. Interpolated precision is integrated by many small steps of tp and fp."""
    recall, precision, alarms = ratio(tp, tp + fn), ratio(tp, tp + fp), ratio(fp, fp + tn)
    total = 0.0
    for a, b in zip(range(len(tp) - 1), range(1, len(tp)), strict=True):
        if curve == "PR" and summation == "interpolation":
            s = np.linspace(0, 1, 20001)
            s = (s[1:] + s[:-1]) / 2
            right, called = tp[b] + s * (tp[a] - tp[b]), (tp + fp)[b] + s * ((tp + fp)[a] - (tp + fp)[b])
            total += np.mean(ratio(right, called)) * (tp[a] - tp[b]) / max(tp[b] + fn[b], 1e-300)
            continue
        x, y = (recall, precision) if curve == "PR" else (alarms, recall)
        height = {"interpolation": (y[a] + y[b]) / 2, "minoring": min(y[a], y[b]), "majoring": max(y[a], y[b])}[
            summation
        ]
        total += (x[a] - x[b]) * height
    return total
