"""Optimizer updates, one step each, in float64 NumPy. Each takes the state as a dict of arrays and returns the new one."""

import numpy as np


def sgd(s, g, rate, momentum=0.0, nesterov=False):
    if "m" not in s:
        return {"w": s["w"] - rate * g}
    m = momentum * s["m"] - rate * g
    return {"w": s["w"] + (momentum * m - rate * g if nesterov else m), "m": m}


def adam(s, g, rate, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * s["m"] + (1 - beta_1) * g
    v = beta_2 * s["v"] + (1 - beta_2) * g**2
    new = {"m": m, "v": v}
    below = v
    if "v_max" in s:
        below = new["v_max"] = np.maximum(s["v_max"], v)
    alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return {**new, "w": s["w"] - alpha * m / (np.sqrt(below) + epsilon)}


def rmsprop(s, g, rate, rho=0.9, momentum=0.0, epsilon=1e-7):
    new = {"v": rho * s["v"] + (1 - rho) * g**2}
    below = new["v"]
    if "mean" in s:
        new["mean"] = rho * s["mean"] + (1 - rho) * g
        below = below - new["mean"] ** 2
    step = rate * g / np.sqrt(below + epsilon)
    if "step" in s:
        step = new["step"] = momentum * s["step"] + step
    return {**new, "w": s["w"] - step}


def adagrad(s, g, rate, epsilon=1e-7):
    a = s["a"] + g**2
    return {"w": s["w"] - rate * g / np.sqrt(a + epsilon), "a": a}


def adadelta(s, g, rate, rho=0.95, epsilon=1e-7):
    a = rho * s["a"] + (1 - rho) * g**2
    delta = g * np.sqrt(s["d"] + epsilon) / np.sqrt(a + epsilon)
    return {"w": s["w"] - rate * delta, "a": a, "d": rho * s["d"] + (1 - rho) * delta**2}


def weight_decay(s, g, rate, decay):
    return {"w": s["w"] * (1 - decay * rate)}
