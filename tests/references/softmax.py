"""Softmax, crossentropies and their gradients in float64 NumPy, one formula each."""

import numpy as np


def log_softmax(x, axis=-1):
    x = np.asarray(x, "float64")
    shifted = x - x.max(axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def softmax_grad(dy, x, axis=-1):
    p = softmax(x, axis)
    return (dy - (dy * p).sum(axis, keepdims=True)) * p


def log_softmax_grad(dy, x, axis=-1):
    return dy - softmax(x, axis) * dy.sum(axis, keepdims=True)


def softmax_crossentropy(t, x):
    return -(t * log_softmax(x)).sum(-1)


def softmax_crossentropy_grad(dloss, t, x):
    """Toward x; the labels are taken to sum to 1."""
    return dloss[..., None] * (softmax(x) - t)


def one_hot(classes, n):
    return (np.asarray(classes)[..., None] == np.arange(n)).astype("float64")


def sigmoid_crossentropy(t, x):
    x = np.asarray(x, "float64")
    return np.maximum(x, 0) - x * t + np.log1p(np.exp(-abs(x)))


def sigmoid_crossentropy_grad(dloss, t, x):
    x = np.asarray(x, "float64")
    large, small = 1 / (1 + np.exp(-abs(x))), 1 / (1 + np.exp(abs(x)))
    return dloss * ((1 - t) * np.where(x < 0, small, large) - t * np.where(x < 0, large, small))


# Of probabilities, as tf.keras.backend has them: moved into [epsilon, 1 - epsilon] first.


def categorical(t, p, epsilon=1e-7, axis=-1):
    p = p / p.sum(axis, keepdims=True)
    return -(t * np.log(np.clip(p, epsilon, 1 - epsilon))).sum(axis)


def sparse(classes, p, epsilon=1e-7):
    """The rows are scaled to sum 1 after they have been clipped."""
    p = np.clip(p, epsilon, 1 - epsilon)
    return softmax_crossentropy(one_hot(classes, p.shape[-1]), np.log(p))


def binary(t, p, epsilon=1e-7):
    p = np.clip(p, epsilon, 1 - epsilon)
    return -t * np.log(p + epsilon) - (1 - t) * np.log(1 - p + epsilon)
