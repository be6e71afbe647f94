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


def adamax(s, g, rate, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * s["m"] + (1 - beta_1) * g
    u = np.maximum(beta_2 * s["u"], np.abs(g))
    return {"w": s["w"] - rate / (1 - beta_1**t) * m / (u + epsilon), "m": m, "u": u}


def nadam(s, g, rate, t, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * s["m"] + (1 - beta_1) * g
    v = beta_2 * s["v"] + (1 - beta_2) * g**2
    u = beta_1 * (1 - 0.5 * 0.96 ** np.arange(1, t + 2))
    top = u[t] * m / (1 - np.prod(u)) + (1 - u[t - 1]) * g / (1 - np.prod(u[:t]))
    return {"w": s["w"] - rate * top / (np.sqrt(v / (1 - beta_2**t)) + epsilon), "m": m, "v": v}


def lion(s, g, rate, beta_1=0.9, beta_2=0.99):
    w = s["w"] - rate * np.sign(beta_1 * s["m"] + (1 - beta_1) * g)
    return {"w": w, "m": beta_2 * s["m"] + (1 - beta_2) * g}


def ftrl(s, g, rate, power=-0.5, l1=0.0, l2=0.0, shrinkage=0.0, beta=0.0):
    a = s["a"] + g**2
    z = s["z"] + g + 2 * shrinkage * s["w"] - (a**-power - s["a"] ** -power) / rate * s["w"]
    w = (np.clip(z, -l1, l1) - z) / (a**-power / rate + 2 * (l2 + beta / (2 * rate)))
    return {"w": w, "a": a, "z": z}


def adafactor(s, g, rate, t, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=1e-3, clip_threshold=1.0):
    beta, squares, new = 1 - t**beta_2_decay, g**2 + epsilon_1, {}
    if g.ndim >= 2:
        r = new["r"] = beta * s["r"] + (1 - beta) * squares.mean(axis=-1)
        c = new["c"] = beta * s["c"] + (1 - beta) * squares.mean(axis=-2)
        new["v"] = (r / r.mean(axis=-1, keepdims=True))[..., None] * c[..., None, :]
    else:
        new["v"] = beta * s["v"] + (1 - beta) * squares
    u = g / np.sqrt(new["v"])
    step = max(epsilon_2, np.sqrt((s["w"] ** 2).mean())) * min(rate, t**-0.5)
    return {"w": s["w"] - step * u / max(1, np.sqrt((u**2).mean()) / clip_threshold), **new}


def rmsprop(s, g, rate, rho=0.9, momentum=0.0, epsilon=1e-7, epsilon_beside=False):
    new = {"v": rho * s["v"] + (1 - rho) * g**2}
    below = new["v"]
    if "mean" in s:
        new["mean"] = rho * s["mean"] + (1 - rho) * g
        below = below - new["mean"] ** 2
    step = rate * g / (np.sqrt(below) + epsilon if epsilon_beside else np.sqrt(below + epsilon))
    if "step" in s:
        step = new["step"] = momentum * s["step"] + step
    return {**new, "w": s["w"] - step}


def adagrad(s, g, rate, epsilon=1e-7, epsilon_beside=False):
    a = s["a"] + g**2
    return {"w": s["w"] - rate * g / (np.sqrt(a) + epsilon if epsilon_beside else np.sqrt(a + epsilon)), "a": a}


def adadelta(s, g, rate, rho=0.95, epsilon=1e-7):
    a = rho * s["a"] + (1 - rho) * g**2
    delta = g * np.sqrt(s["d"] + epsilon) / np.sqrt(a + epsilon)
    return {"w": s["w"] - rate * delta, "a": a, "d": rho * s["d"] + (1 - rho) * delta**2}


def weight_decay(s, g, rate, decay):
    return {"w": s["w"] * (1 - decay * rate)}
