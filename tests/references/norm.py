"""Batch normalisation of rows, float64."""

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
