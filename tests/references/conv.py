"""Convolution by loops over windows, float64."""

import itertools

import numpy as np


def conv(x, kernel, strides, pads, dilations, groups=1):
    """x (N, *axes, C), kernel (*window, C / groups, F), pads ((before, after), ...) -> (N, *axes of y, F)."""
    x, kernel = np.asarray(x, "float64"), np.asarray(kernel, "float64")
    rank = kernel.ndim - 2
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    reach = [(k - 1) * d + 1 for k, d in zip(kernel.shape, dilations, strict=False)]
    out = [(n - r) // s + 1 for n, r, s in zip(x.shape[1:-1], reach, strides, strict=True)]
    c, f = kernel.shape[-2], kernel.shape[-1] // groups
    y = np.zeros((x.shape[0], *out, kernel.shape[-1]))
    for o in itertools.product(*map(range, out)):
        for t in itertools.product(*map(range, kernel.shape[:rank])):
            at = tuple(oo * s + tt * d for oo, s, tt, d in zip(o, strides, t, dilations, strict=True))
            for g in range(groups):
                x_g = x[(slice(None), *at, slice(g * c, g * c + c))]
                y[(slice(None), *o, slice(g * f, g * f + f))] += (
                    x_g @ kernel[(*t, slice(None), slice(g * f, g * f + f))]
                )
    return y


def conv_gradients(x, kernel, dy, strides, pads, dilations, groups=1):
    """(dx, dkernel) for the cotangent dy of conv."""
    x, kernel, dy = (np.asarray(v, "float64") for v in (x, kernel, dy))
    rank = kernel.ndim - 2
    padded = np.pad(x, [(0, 0), *pads, (0, 0)])
    dx, dkernel = np.zeros(padded.shape), np.zeros(kernel.shape)
    c, f = kernel.shape[-2], kernel.shape[-1] // groups
    for o in itertools.product(*map(range, dy.shape[1:-1])):
        for t in itertools.product(*map(range, kernel.shape[:rank])):
            at = tuple(oo * s + tt * d for oo, s, tt, d in zip(o, strides, t, dilations, strict=True))
            for g in range(groups):
                x_g, y_g = (slice(None), *at, slice(g * c, g * c + c)), (slice(None), *o, slice(g * f, g * f + f))
                w_g = (*t, slice(None), slice(g * f, g * f + f))
                dx[x_g] += dy[y_g] @ kernel[w_g].T
                dkernel[w_g] += padded[x_g].T @ dy[y_g]
    inside = tuple(slice(b, b + n) for (b, _), n in zip(pads, x.shape[1:-1], strict=True))
    return dx[(slice(None), *inside)], dkernel
