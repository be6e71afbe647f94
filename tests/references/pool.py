"""Pooling, padding and resizing by loops, float64, channels last."""

import itertools

import numpy as np


def windows(extents, window, strides, padding):
    """(number of windows, first pixel of the first one) for each axis."""
    found = []
    for axis, (extent, k, stride) in enumerate(zip(extents, window, strides, strict=True)):
        if padding == "same":
            n = -(-extent // stride)
            before = max(0, (n - 1) * stride + k - extent) // 2
        else:
            before, after = (0, 0) if padding == "valid" else padding[axis]
            n = (extent + before + after - k) // stride + 1
        found.append((n, -before))
    return found


def pool(x, window, strides, padding, largest):
    """(y, dx of dy for a function dy): the largest of each window, or the mean of what is inside."""
    places = windows(x.shape[1:-1], window, strides, padding)
    y = np.zeros((x.shape[0], *(n for n, _ in places), x.shape[-1]))
    takes = []
    for o in itertools.product(*(range(n) for n, _ in places)):
        starts = [i * s + first for i, s, (_, first) in zip(o, strides, places, strict=True)]
        key = tuple(
            slice(max(a, 0), max(min(a + k, e), 0)) for a, k, e in zip(starts, window, x.shape[1:-1], strict=True)
        )
        part = x[(slice(None), *key)]
        part = part.reshape(x.shape[0], int(np.prod(part.shape[1:-1])), x.shape[-1])
        if largest:
            y[(slice(None), *o)] = part.max(1)
            share = np.arange(part.shape[1])[None, :, None] == part.argmax(1)[:, None, :]
        else:
            y[(slice(None), *o)] = part.mean(1)
            share = np.full(part.shape, 1 / part.shape[1])
        takes.append((o, key, share))

    def backward(dy):
        dx = np.zeros(x.shape)
        for o, key, share in takes:
            block = dx[(slice(None), *key)]
            block += (share * dy[(slice(None), *o)][:, None, :]).reshape(block.shape)
        return dx

    return y, backward
