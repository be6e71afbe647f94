"""Optimizer updates: weights and slots are Variables that change in place; formulas in csrc/update.pyx.

Gradients, rates and counts are tensors or variables, so that a plan reads what they are when it runs; hyperparameters
are numbers. None of these ops is differentiable.
"""

from __future__ import annotations

from pyseq.core import as_dtype, emit, float32, float64, int64, kernels
from pyseq.core.errors import invalid, invalid_type

SGD, ADAM, ADAM_STEP_SIZE, RMSPROP = kernels("sgd", "adam", "adam_step_size", "rmsprop")
ADAMAX, ADAMAX_STEP_SIZE, NADAM, NADAM_STEP_SIZES = kernels("adamax", "adamax_step_size", "nadam", "nadam_step_sizes")
LION, FTRL = kernels("lion", "ftrl")
ADAGRAD, ADADELTA, WEIGHT_DECAY, TIME_DECAY = kernels("adagrad", "adadelta", "weight_decay", "time_decay")
MOVING_AVERAGE, COPY_EVERY, COUNT_STEP = kernels("moving_average", "copy_every", "count_step")
SQUARE_SUMS, TOTAL, CLIP_BY_NORM = kernels("square_sums", "total", "clip_by_norm")
CLIP_BY_MAGNITUDE = kernels("clip_by_magnitude")
CHUNK = 16384  # elements of a part, as in csrc/update.pyx


def parts_of(n):
    """Into how many parts the kernels cut n elements."""
    return -(-n // CHUNK)


def check_variable(who, w, g, *slots):
    """Every array of an update is like the weight."""
    if w.dtype is not float32 and w.dtype is not float64:
        raise invalid_type(
            f"{who}: the variable must be float32 or float64. Received: {w.name} with dtype={w.dtype.name}."
        )
    for x in (g, *slots):
        if x.shape != w.shape or x.dtype is not w.dtype:
            what = "`gradient`" if x is g else "a slot"
            raise invalid(
                f"{who}: {what} must have the shape and dtype of {w.name}: {w.shape}, {w.dtype.name}. "
                f"Received: shape={x.shape}, dtype={x.dtype.name}."
            )


def check_rate(who, rate):
    """A learning rate is one float32 or float64 number."""
    if rate.shape != () or (rate.dtype is not float32 and rate.dtype is not float64):
        raise invalid(
            f"{who}: the rate must be one float32 or float64 number. "
            f"Received: shape={rate.shape}, dtype={rate.dtype.name}."
        )


def check_count(who, iterations):
    """A step count is one int64 number: of the kernels' own type."""
    if iterations.shape != () or iterations.dtype is not int64:
        raise invalid(
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
    check_variable("sgd", w, gradient, *slots)
    check_rate("sgd", rate)
    n = w.size
    dims = (n, rate.dtype.code, len(slots), int(bool(nesterov)))
    emit(SGD, (gradient, rate), (), dims, (float(momentum),), parts_of(n), n * 4, w.dtype, (w, *slots))


def adam_step_size(rate, iterations, beta_1, beta_2, dtype=float32):
    """rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) for t = iterations + 1, a scalar tensor of `dtype`.

    Computed in `dtype` as tf.keras does; in float32 1 - beta_2 is off by 1e-5 of itself, and so are the first steps.
    """
    check_rate("adam_step_size", rate)
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
    check_variable("adam", w, gradient, *slots)
    check_rate("adam", step_size)
    n = w.size
    dims, attrs = (n, step_size.dtype.code, int(v_max is not None)), (1 - beta_1, 1 - beta_2, float(epsilon))
    emit(ADAM, (gradient, step_size), (), dims, attrs, parts_of(n), n * 8, w.dtype, (w, *slots))


def adamax_step_size(rate, iterations, beta_1, dtype=float32):
    """rate / (1 - beta_1^t) for t = iterations + 1, a scalar tensor of `dtype`, computed in it."""
    check_rate("adamax_step_size", rate)
    check_count("adamax_step_size", iterations)
    dims, dtype = (1, rate.dtype.code), as_dtype(dtype)
    return emit(ADAMAX_STEP_SIZE, (rate, iterations), (((), dtype),), dims, (float(beta_1),), 1, 1, dtype)


def adamax(w, gradient, step_size, m, u, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Adamax's step: u is the largest |g|, which fades. Updates w, m and u.

    Args:
        step_size: one number, from `adamax_step_size`. epsilon: added to u.
        Others: as of `adam`.
    Source: tf.keras.optimizers.Adamax; Kingma and Ba 2015, section 7.
    """
    check_variable("adamax", w, gradient, m, u)
    check_rate("adamax", step_size)
    n = w.size
    dims, attrs = (n, step_size.dtype.code), (1 - beta_1, float(beta_2), float(epsilon))
    emit(ADAMAX, (gradient, step_size), (), dims, attrs, parts_of(n), n * 8, w.dtype, (w, m, u))


def nadam_step_sizes(rate, iterations, product, beta_1, beta_2, decay=1.0, dtype=float32, cache=None):
    """What Nadam multiplies m, g and v by in step t = iterations + 1: (3,) of `dtype`. Updates product, and cache if given.

    Args:
        product: Variable, float64, (2,): a step and the product of the momenta up to it, (0, 1) at first. It is a memory that
            saves time, no state: where it does not fit `iterations`, the product is computed anew.
        decay: the momentum of step t is beta_1 (1 - 0.96^(decay t) / 2).
        cache: Variable, one number of `dtype`, which the product is copied to.
    """
    check_rate("nadam_step_sizes", rate)
    check_count("nadam_step_sizes", iterations)
    if product.shape != (2,) or product.dtype is not float64:
        raise invalid(
            f"nadam_step_sizes: `product` must be two float64 numbers. "
            f"Received: shape={product.shape}, dtype={product.dtype.name}."
        )
    dtype, updates = as_dtype(dtype), (product,) if cache is None else (product, cache)
    dims, attrs = (1, rate.dtype.code, len(updates) - 1), (float(beta_1), float(beta_2), float(decay))
    return emit(NADAM_STEP_SIZES, (rate, iterations), (((3,), dtype),), dims, attrs, 1, 100, dtype, updates)


def nadam(w, gradient, step_sizes, m, v, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Nadam's step: Adam's with Nesterov's momentum. Updates w, m and v.

    Args:
        step_sizes: of w's dtype, from `nadam_step_sizes`.
        Others: as of `adam`.
    Source: tf.keras.optimizers.Nadam; Dozat 2016.
    """
    check_variable("nadam", w, gradient, m, v)
    if step_sizes.shape != (3,) or step_sizes.dtype is not w.dtype:
        raise invalid(
            f"nadam: `step_sizes` must be three numbers of the dtype {w.dtype.name}. "
            f"Received: shape={step_sizes.shape}, dtype={step_sizes.dtype.name}."
        )
    n, attrs = w.size, (float(beta_1), float(beta_2), float(epsilon))
    emit(NADAM, (gradient, step_sizes), (), (n,), attrs, parts_of(n), n * 8, w.dtype, (w, m, v))


def lion(w, gradient, rate, m, beta_1=0.9, beta_2=0.99):
    """Lion's step: as long as the rate in each weight, to the side of beta_1 m + (1 - beta_1) g. Updates w and m.

    Source: tf.keras.optimizers.Lion; Chen et al. 2023.
    """
    check_variable("lion", w, gradient, m)
    check_rate("lion", rate)
    n, attrs = w.size, (float(beta_1), float(beta_2))
    emit(LION, (gradient, rate), (), (n, rate.dtype.code), attrs, parts_of(n), n * 8, w.dtype, (w, m))


def ftrl(w, gradient, rate, a, z, power=-0.5, l1=0.0, l2=0.0, shrinkage=0.0, beta=0.0):
    """The step of "follow the regularized leader". Updates w, a and z.

    Args:
        w: Variable, float32 or float64; a, z: Variables like it, the sum of g^2 and the linear term.
        power: at most 0; the rate of a weight falls as a^power. -0.5 and 0 are fast, other powers take 30 ns an element.
        l1, l2: at least 0, penalties that hold w near 0. shrinkage: at least 0, a penalty as of weight decay.
        beta: at least 0, joins l2 as beta / (2 rate).
    Source: tf.keras.optimizers.Ftrl; McMahan et al. 2013.
    """
    check_variable("ftrl", w, gradient, a, z)
    check_rate("ftrl", rate)
    n, attrs = w.size, (-float(power), float(l1), float(l2), float(beta), float(shrinkage))
    emit(FTRL, (gradient, rate), (), (n, rate.dtype.code), attrs, parts_of(n), n * 8, w.dtype, (w, a, z))


def rmsprop(
    w, gradient, rate, v, step=None, mean=None, rho=0.9, momentum=0.0, epsilon=1e-7, epsilon_beside=False
):  # fmt: skip
    """RMSprop's step. Updates w, v, and step (there is momentum) and mean (centered) if given.

    Args:
        w: Variable, float32 or float64; v, step, mean: Variables like it: mean of g^2, last step, mean of g.
        gradient: of w's shape and dtype. rate: one number, a tensor or variable.
        rho: in [0, 1), decay of the means. momentum: in [0, 1], of the last step.
        epsilon: added under the root; beside it, if `epsilon_beside`.
    Source: tf.keras.optimizers.RMSprop.
    """
    slots = (v, *(x for x in (step, mean) if x is not None))
    check_variable("rmsprop", w, gradient, *slots)
    check_rate("rmsprop", rate)
    n = w.size
    dims = (n, rate.dtype.code, int(mean is not None), int(step is not None))
    inner, outer = _two_epsilons(epsilon, epsilon_beside)
    attrs = (float(rho), 1 - rho, inner, float(momentum), outer)
    emit(RMSPROP, (gradient, rate), (), dims, attrs, parts_of(n), n * 8, w.dtype, (w, *slots))


def _two_epsilons(epsilon, beside):
    """(under the root, beside it)"""
    return (0.0, float(epsilon)) if beside else (float(epsilon), 0.0)


def adagrad(w, gradient, rate, a, epsilon=1e-7, epsilon_beside=False):
    """Adagrad's step: a is the sum of g^2. Updates w and a.

    Args:
        epsilon: added under the root of a; beside it, if `epsilon_beside`.
        Others: as of `sgd`.
    Source: tf.keras.optimizers.Adagrad.
    """
    check_variable("adagrad", w, gradient, a)
    check_rate("adagrad", rate)
    n = w.size
    attrs = _two_epsilons(epsilon, epsilon_beside)
    emit(ADAGRAD, (gradient, rate), (), (n, rate.dtype.code), attrs, parts_of(n), n * 8, w.dtype, (w, a))


def adadelta(w, gradient, rate, a, d, rho=0.95, epsilon=1e-7):
    """Adadelta's step: a and d are means of g^2 and of squared steps. Updates w, a and d.

    Source: tf.keras.optimizers.Adadelta; Zeiler 2012.
    """
    check_variable("adadelta", w, gradient, a, d)
    check_rate("adadelta", rate)
    n = w.size
    attrs = (float(rho), 1 - rho, float(epsilon))
    emit(ADADELTA, (gradient, rate), (), (n, rate.dtype.code), attrs, parts_of(n), n * 8, w.dtype, (w, a, d))


def weight_decay(w, rate, decay):
    """w -= w * decay * rate (Loshchilov and Hutter 2019: decay apart from the gradient). Updates w."""
    check_variable("weight_decay", w, w)
    check_rate("weight_decay", rate)
    n = w.size
    emit(WEIGHT_DECAY, (rate,), (), (n, rate.dtype.code), (float(decay),), parts_of(n), n * 4, w.dtype, (w,))


def time_decay(rate, iterations, decay):
    """rate / (1 + decay * iterations), of rate's dtype: the `decay` of optimizers before TF 2.11."""
    check_rate("time_decay", rate)
    check_count("time_decay", iterations)
    return emit(TIME_DECAY, (rate, iterations), (((), rate.dtype),), (1, rate.dtype.code), (float(decay),), 1, 1)


def moving_average(average, w, momentum):
    """average = momentum * average + (1 - momentum) * w. Updates average."""
    check_variable("moving_average", average, w)
    n = w.size
    emit(MOVING_AVERAGE, (w,), (), (n,), (float(momentum), 1 - momentum), parts_of(n), n * 4, w.dtype, (average,))


def copy_every(w, x, iterations, period):
    """w = x at every `period`-th step: where iterations + 1 is divisible by it. Updates w."""
    check_variable("copy_every", w, x)
    check_count("copy_every", iterations)
    n = w.size
    emit(COPY_EVERY, (x, iterations), (), (n, int(period), w.dtype.itemsize), (), parts_of(n), n, w.dtype, (w,))


def count_step(iterations):
    """iterations += 1, int64. Updates iterations."""
    check_count("count_step", iterations)
    emit(COUNT_STEP, (), (), (1,), (), 1, 1, int64, (iterations,))


def square_total(gradients):
    """Sum of squares of all elements of a list of tensors, float64 (); its order depends on the shapes alone."""
    total = None
    for g in gradients:
        parts = parts_of(g.size)
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
    return emit(CLIP_BY_NORM, (gradient, total), spec, (n, int(whole)), (float(clip),), parts_of(n), n)


def clip_by_magnitude(gradient, clip):
    """Elements brought into [-clip, clip]; NaN stays."""
    n = gradient.size
    spec = ((gradient.shape, gradient.dtype),)
    return emit(CLIP_BY_MAGNITUDE, (gradient,), spec, (n,), (float(clip),), parts_of(n), n)
