"""Normalisations, float64."""

import numpy as np


def batch_norm(x, gamma, beta, epsilon):
    """(y, mean, variance) of x (R, C)."""
    mean, variance = x.mean(0), x.var(0)
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta, mean, variance


def batch_norm_backward(dy, x, gamma, epsilon):
    """dx, dgamma, dbeta."""
    rstd = 1 / np.sqrt(x.var(0) + epsilon)
    xhat = (x - x.mean(0)) * rstd
    dbeta, dgamma = dy.sum(0), (dy * xhat).sum(0)
    return gamma * rstd * (dy - dbeta / len(x) - xhat * dgamma / len(x)), dgamma, dbeta


def group_norm(x, groups, gamma, beta, epsilon):
    """y of x (N, ..., C): each sample's groups of neighbouring channels by their mean and variance."""
    y = np.empty_like(x)
    size = x.shape[-1] // groups
    for n in range(len(x)):
        for g in range(groups):
            part = x[n, ..., g * size : (g + 1) * size]
            y[n, ..., g * size : (g + 1) * size] = (part - part.mean()) / np.sqrt(part.var() + epsilon)
    return y * gamma + beta


def group_norm_backward(dy, x, groups, gamma, epsilon):
    """dx, dgamma, dbeta."""
    dx, xhat = np.empty_like(x), group_norm(x, groups, 1, 0, epsilon)
    size = x.shape[-1] // groups
    for n in range(len(x)):
        for g in range(groups):
            own = (n, ..., slice(g * size, (g + 1) * size))
            d = (dy * gamma)[own]
            rstd = 1 / np.sqrt(x[own].var() + epsilon)
            dx[own] = rstd * (d - d.mean() - xhat[own] * (d * xhat[own]).mean())
    positions = tuple(range(x.ndim - 1))
    return dx, (dy * xhat).sum(positions), dy.sum(positions)


def layer_norm(x, gamma, beta, epsilon):
    """y of x (..., C): each row by its mean and variance."""
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta
