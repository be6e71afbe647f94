"""Optimizer updates: weights and slots are Variables that change in place; formulas in csrc/update.pyx.

Gradients, rates and counts are tensors or variables, so that a plan reads what they are when it runs; hyperparameters
are numbers. None of these ops is differentiable.
"""

from __future__ import annotations

from pyseq.core import as_dtype, emit, float32, float64, int64, kernels

SGD, ADAM, ADAM_STEP_SIZE, RMSPROP = kernels("sgd", "adam", "adam_step_size", "rmsprop")
ADAGRAD, ADADELTA, WEIGHT_DECAY, TIME_DECAY = kernels("adagrad", "adadelta", "weight_decay", "time_decay")
MOVING_AVERAGE, COPY_EVERY, COUNT_STEP = kernels("moving_average", "copy_every", "count_step")
SQUARE_SUMS, TOTAL, CLIP_BY_NORM = kernels("square_sums", "total", "clip_by_norm")
CLIP_BY_MAGNITUDE = kernels("clip_by_magnitude")
CHUNK = 16384  # elements of a part, as in csrc/update.pyx


def _parts(n):
    return -(-n // CHUNK)


def _check(who, w, g, *slots):
    """Every array of an update is like the weight."""
    if w.dtype is not float32 and w.dtype is not float64:
        raise TypeError(
            f"{who}: the variable must be float32 or float64. Received: {w.name} with dtype={w.dtype.name}."
        )
    for x in (g, *slots):
        if x.shape != w.shape or x.dtype is not w.dtype:
            what = "`gradient`" if x is g else "a slot"
            raise ValueError(
                f"{who}: {what} must have the shape and dtype of {w.name}: {w.shape}, {w.dtype.name}. "
                f"Received: shape={x.shape}, dtype={x.dtype.name}."
            )


def _check_rate(who, rate):
    if rate.shape != () or (rate.dtype is not float32 and rate.dtype is not float64):
        raise ValueError(
            f"{who}: the rate must be one float32 or float64 number. "
            f"Received: shape={rate.shape}, dtype={rate.dtype.name}."
        )


def check_count(who, iterations):
    """A step count is one int64 number: of the kernels' own type."""
    if iterations.shape != () or iterations.dtype is not int64:
        raise ValueError(
            f"{who}: `iterations` must be one int64 number. "
            f"Received: shape={iterations.shape}, dtype={iterations.dtype.name}."
        )


def sgd(w, gradient, rate, m=None, momentum=0.0, nesterov=False):
    """Step down the gradient, with momentum if there is an `m`. Updates w and m.

    Args:
        w: Variable, float32 or float64.
        gradient: of w's shape and dtype.
        rate: one number, a tensor or variable.
        m: Variable like w, the velocity. momentum: fraction in [0, 1] of it that is kept.
        nesterov: look ahead along the velocity?
    Source: tf.keras.optimizers.SGD.
    """
    slots = () if m is None else (m,)
    _check("sgd", w, gradient, *slots)
    _check_rate("sgd", rate)
    n = w.size
    dims = (n, rate.dtype.code, len(slots), int(bool(nesterov)))
    emit(SGD, (gradient, rate), (), dims, (float(momentum),), _parts(n), n * 4, w.dtype, (w, *slots))


def adam_step_size(rate, iterations, beta_1, beta_2, dtype=float32):
    """rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) for t = iterations + 1, a scalar tensor of `dtype`.

    Computed in `dtype` as tf.keras does; in float32 1 - beta_2 is off by 1e-5 of itself, and so are the first steps.
    """
    _check_rate("adam_step_size", rate)
    check_count("adam_step_size", iterations)
    dtype = as_dtype(dtype)
    attrs = (float(beta_1), float(beta_2))
    return emit(ADAM_STEP_SIZE, (rate, iterations), (((), dtype),), (1, rate.dtype.code), attrs, 1, 1, dtype)


def adam(w, gradient, step_size, m, v, v_max=None, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Adam's step; AMSGrad's if there is a `v_max`. Updates w, m, v and v_max.

    Args:
        w: Variable, float32 or float64; m, v, v_max: Variables like it, means of g and g^2 and the largest v so far.
        gradient: of w's shape and dtype.
        step_size: one number, from `adam_step_size`.
        beta_1, beta_2: in [0, 1), decay of the means. epsilon: added to sqrt(v).
    Source: tf.keras.optimizers.Adam; Kingma and Ba 2015.
    """
    slots = (m, v) if v_max is None else (m, v, v_max)
    _check("adam", w, gradient, *slots)
    _check_rate("adam", step_size)
    n = w.size
    dims, attrs = (n, step_size.dtype.code, int(v_max is not None)), (1 - beta_1, 1 - beta_2, float(epsilon))
    emit(ADAM, (gradient, step_size), (), dims, attrs, _parts(n), n * 8, w.dtype, (w, *slots))


def rmsprop(w, gradient, rate, v, step=None, mean=None, rho=0.9, momentum=0.0, epsilon=1e-7):
    """RMSprop's step. Updates w, v, and step (there is momentum) and mean (centered) if given.

    Args:
        w: Variable, float32 or float64; v, step, mean: Variables like it: mean of g^2, last step, mean of g.
        gradient: of w's shape and dtype. rate: one number, a tensor or variable.
        rho: in [0, 1), decay of the means. momentum: in [0, 1], of the last step. epsilon: added under the root.
    Source: tf.keras.optimizers.RMSprop.
    """
    slots = (v, *(x for x in (step, mean) if x is not None))
    _check("rmsprop", w, gradient, *slots)
    _check_rate("rmsprop", rate)
    n = w.size
    dims = (n, rate.dtype.code, int(mean is not None), int(step is not None))
    attrs = (float(rho), 1 - rho, float(epsilon), float(momentum))
    emit(RMSPROP, (gradient, rate), (), dims, attrs, _parts(n), n * 8, w.dtype, (w, *slots))


def adagrad(w, gradient, rate, a, epsilon=1e-7):
    """Adagrad's step: a is the sum of g^2. Updates w and a. Source: tf.keras.optimizers.Adagrad."""
    _check("adagrad", w, gradient, a)
    _check_rate("adagrad", rate)
    n = w.size
    emit(ADAGRAD, (gradient, rate), (), (n, rate.dtype.code), (float(epsilon),), _parts(n), n * 8, w.dtype, (w, a))


def adadelta(w, gradient, rate, a, d, rho=0.95, epsilon=1e-7):
    """Adadelta's step: a and d are means of g^2 and of squared steps. Updates w, a and d.

    Source: tf.keras.optimizers.Adadelta; Zeiler 2012.
    """
    _check("adadelta", w, gradient, a, d)
    _check_rate("adadelta", rate)
    n = w.size
    attrs = (float(rho), 1 - rho, float(epsilon))
    emit(ADADELTA, (gradient, rate), (), (n, rate.dtype.code), attrs, _parts(n), n * 8, w.dtype, (w, a, d))


def weight_decay(w, rate, decay):
    """w -= w * decay * rate (Loshchilov and Hutter 2019: decay apart from the gradient). Updates w."""
    _check("weight_decay", w, w)
    _check_rate("weight_decay", rate)
    n = w.size
    emit(WEIGHT_DECAY, (rate,), (), (n, rate.dtype.code), (float(decay),), _parts(n), n * 4, w.dtype, (w,))


def time_decay(rate, iterations, decay):
    """rate / (1 + decay * iterations), of rate's dtype: the `decay` of optimizers before TF 2.11."""
    _check_rate("time_decay", rate)
    check_count("time_decay", iterations)
    return emit(TIME_DECAY, (rate, iterations), (((), rate.dtype),), (1, rate.dtype.code), (float(decay),), 1, 1)


def moving_average(average, w, momentum):
    """average = momentum * average + (1 - momentum) * w. Updates average."""
    _check("moving_average", average, w)
    n = w.size
    emit(MOVING_AVERAGE, (w,), (), (n,), (float(momentum), 1 - momentum), _parts(n), n * 4, w.dtype, (average,))


def copy_every(w, x, iterations, period):
    """w = x at every `period`-th step: where iterations + 1 is divisible by it. Updates w."""
    _check("copy_every", w, x)
    check_count("copy_every", iterations)
    n = w.size
    emit(COPY_EVERY, (x, iterations), (), (n, int(period), w.dtype.itemsize), (), _parts(n), n, w.dtype, (w,))


def count_step(iterations):
    """iterations += 1, int64. Updates iterations."""
    check_count("count_step", iterations)
    emit(COUNT_STEP, (), (), (1,), (), 1, 1, int64, (iterations,))


def square_total(gradients):
    """Sum of squares of all elements of a list of tensors, float64 (); its order depends on the shapes alone."""
    total = None
    for g in gradients:
        parts = _parts(g.size)
        sums = emit(SQUARE_SUMS, (g,), (((parts,), float64),), (g.size,), (), parts, g.size * 4)
        total = emit(TOTAL, (sums, total), (((), float64),), (parts,), (), 1, parts)
    return total


def clip_by_norm(gradient, clip, total=None):
    """gradient * clip / max(norm, clip).

    Args:
        gradient: float32 or float64.
        clip: largest norm, > 0.
        total: the sum of squares to clip by, from `square_total` of all gradients (then NaN or infinity in one of
            them makes the result NaN, as in tf.clip_by_global_norm); this gradient's own by default.
    """
    whole = total is not None
    total = total if whole else square_total([gradient])
    n = gradient.size
    spec = ((gradient.shape, gradient.dtype),)
    return emit(CLIP_BY_NORM, (gradient, total), spec, (n, int(whole)), (float(clip),), _parts(n), n)


def clip_by_magnitude(gradient, clip):
    """Elements brought into [-clip, clip]; NaN stays."""
    n = gradient.size
    spec = ((gradient.shape, gradient.dtype),)
    return emit(CLIP_BY_MAGNITUDE, (gradient,), spec, (n,), (float(clip),), _parts(n), n)
