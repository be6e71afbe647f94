"""Finds the polynomial coefficients of vecmath.h: run it and compare. Needs NumPy and a long double of 64 bits or more.

Weighted least squares in a Chebyshev basis, reweighted by the error (Lawson, 1961) until the largest error is level.
"""

import numpy as np
from numpy.polynomial import chebyshev

WIDE = np.longdouble


def erf_over_x(s):
    """erf(sqrt s) / sqrt s by its series: 2 / sqrt(pi) sum (-s)^k / (k! (2k + 1))."""
    total, term = np.zeros_like(s), np.ones_like(s)
    for k in range(60):
        total = total + term / (2 * k + 1)
        term = -term * s / (k + 1)
    return total * 2 / np.sqrt(WIDE("3.14159265358979323846264338327950288"))


def erfcx(x):
    """exp(x^2) erfc(x) by its continued fraction (x from 0.8)."""
    f = np.zeros_like(x)
    for k in range(400, 0, -1):
        f = WIDE(k) / 2 / (x + f)
    return 1 / (x + f) / np.sqrt(WIDE("3.14159265358979323846264338327950288"))


def wide_erfc(x):
    return erfcx(x) * np.exp(-x * x)


def t_of_q(q):
    return WIDE(2.5) * (1 + q) / (1 - q)


def erfcx_of_q(q):
    return erfcx(t_of_q(q))


def weight_of_q(q):
    return np.exp(-(t_of_q(q) ** 2)) + WIDE(1e-3)


def fit(f, low, high, degree, weight, rounds=60):
    """Coefficients of powers of x, lowest first, of the polynomial that is closest to f on [low, high]."""
    u = np.cos(np.pi * (np.arange(2000) + 0.5) / 2000)
    x = (low + high) / 2 + (high - low) / 2 * u
    values, scale = f(x.astype(WIDE)), weight(x.astype(WIDE)).astype(float)
    basis = chebyshev.chebvander(u, degree)
    lawson = np.ones_like(u)
    best = None
    for _ in range(rounds):
        w = scale * np.sqrt(lawson)
        c = np.linalg.lstsq(basis * w[:, None], (values * w).astype(float), rcond=None)[0]
        # what rounding left over is fitted again
        rest = (values - basis.astype(WIDE) @ c.astype(WIDE)) * w
        c = c + np.linalg.lstsq(basis * w[:, None], rest.astype(float), rcond=None)[0]
        error = np.abs((values - basis.astype(WIDE) @ c.astype(WIDE)) * scale).astype(float)
        if best is None or error.max() < best[0]:
            best = error.max(), c
        lawson = lawson * (error / error.max() + 1e-3)
        lawson /= lawson.mean()
    return best


def in_powers(c, low, high):
    """Chebyshev on [low, high] to powers of x."""
    series = np.polynomial.Chebyshev(c, domain=[low, high])
    return series.convert(kind=np.polynomial.Polynomial).coef


def show(name, error, coefficients, kind):
    digits = 9 if kind == "f32" else 17
    print(f"{name} (largest error {error:.2g})")
    print("   ", ", ".join(f"{c:.{digits - 1}e}{'f' if kind == 'f32' else ''}" for c in coefficients))


def exp_rest(r):
    """(expm1(r) - r) / r^2"""
    total, term = np.zeros_like(r), np.ones_like(r) / 2
    for k in range(3, 40):
        total, term = total + term, term * r / k
    return total


def log_rest(z):
    """(log((1 + s) / (1 - s)) - 2 s) / (s z), z = s^2"""
    return sum(2 * z**k / (2 * k + 3) for k in range(40))


def log1p_rest(f):
    """(log1p(f) - f + f^2 / 2) / f^3"""
    direct = (np.log1p(f) - f + f * f / 2) / np.where(f == 0, 1, f) ** 3
    series = sum((-f) ** k / (k + 3) for k in range(60))
    return np.where(np.abs(f) < 0.1, series, direct)


if __name__ == "__main__":
    half_ln2 = 0.3466
    e, c = fit(exp_rest, -half_ln2, half_ln2, 5, lambda r: np.abs(r))
    show("exp, float32", e, in_powers(c, -half_ln2, half_ln2), "f32")
    e, c = fit(log1p_rest, -0.293, 0.4143, 7, lambda f: f * f)
    show("log, float32", e, in_powers(c, -0.293, 0.4143), "f32")
    e, c = fit(log_rest, 0.0, 0.02945, 6, lambda z: z)
    show("log, float64", e, in_powers(c, 0.0, 0.02945), "f64")
    for kind, top, degree in ("f32", 0.93, 6), ("f64", 1.0, 11):
        e, c = fit(erf_over_x, 0.0, top**2, degree, lambda s: 1 / np.ones_like(s))
        show(f"erf below {top}, {kind}", e, in_powers(c, 0.0, top**2), kind)
    low, high = 0.93, 4.0
    e, c = fit(lambda t: -np.log(wide_erfc(t)), low, high, 7, wide_erfc)
    show(f"-log erfc from {low} to {high}, f32", e, in_powers(c, low, high), "f32")
    k = 2.5
    low, high = (1 - k) / (1 + k), (6 - k) / (6 + k)
    e, c = fit(erfcx_of_q, low, high, 13, weight_of_q)
    show(f"exp(t^2) erfc(t) from 1 to 6, f64, in q = (t - {k}) / (t + {k})", e, in_powers(c, low, high), "f64")
