"""Optimizer updates: flat arrays of n elements, w and the slots written in place.  dim: n, then as each kernel says.

    sgd         w -= g * rate;   with momentum  m = m * momentum - g * rate,  w += m,  nesterov: w += m * momentum - g * rate
    adam        m += (g - m) (1 - beta_1);  v += (g^2 - v) (1 - beta_2);  w -= m * alpha / (sqrt(v) + epsilon),
                alpha = rate * sqrt(1 - beta_2^t) / (1 - beta_1^t);  amsgrad: sqrt of the largest v so far
    rmsprop     v = rho v + (1 - rho) g^2;  step = rate * g / sqrt(v + epsilon);  centered: v - mean^2 under the root,
                mean = rho mean + (1 - rho) g;  momentum: step = momentum * the last step + step;  w -= step
    adamax      m as adam's;  u = max(beta_2 u, |g|);  w -= m * rate / (1 - beta_1^t) / (u + epsilon)
    nadam       m and v as adam's;  u_t = beta_1 (1 - 0.96^(decay t) / 2), p_t = u_1 ... u_t;
                w -= rate * (u_{t+1} m / (1 - p_{t+1}) + (1 - u_t) g / (1 - p_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)
    lion        w -= rate * sign(beta_1 m + (1 - beta_1) g);  m = beta_2 m + (1 - beta_2) g
    ftrl        s = a + g^2;  z += g + 2 shrinkage w - (s^p - a^p) / rate * w,  a = s,  p = -learning_rate_power;
                w = (z clipped to [-l1, l1] - z) / (s^p / rate + 2 l2 + beta / rate)
    adagrad     a += g^2;  w -= rate * g / sqrt(a + epsilon)
    adadelta    a = rho a + (1 - rho) g^2;  delta = g * sqrt(d + epsilon) / sqrt(a + epsilon);
                d = rho d + (1 - rho) delta^2;  w -= rate * delta

Source: tf.keras 2.15 (tests/fixtures/make_optimizers.py); Kingma and Ba 2015 (adam, the form before section 2.1's end);
Reddi et al. 2018 (amsgrad); Tieleman and Hinton 2012 (rmsprop); Duchi et al. 2011 (adagrad); Zeiler 2012 (adadelta);
Dozat 2016 (nadam); Chen et al. 2023 (lion); McMahan et al. 2013 (ftrl).  rmsprop and adagrad of tf.keras before 2.11 add
epsilon to the root, not under it: they have two, of which one is 0.

What changes between steps (rate, iteration count) is an input; attr holds hyperparameters only.  A scalar input `rate` is
float32 or float64 whatever w is: its dtype is dim[1].  parts: CHUNK elements each, the same CHUNK for all; elements do not
depend on each other nor on where an array starts, so one instruction may serve a whole arena of variables.
"""
from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.string cimport memcpy
from instruction cimport F32, F64, Instruction

cdef extern from "update.h" nogil:
    void sgd_f32(int64_t, float *, const float *, float)
    void sgd_f64(int64_t, double *, const double *, double)
    void sgd_momentum_f32(int64_t, float *, const float *, float *, float, float)
    void sgd_momentum_f64(int64_t, double *, const double *, double *, double, double)
    void sgd_nesterov_f32(int64_t, float *, const float *, float *, float, float)
    void sgd_nesterov_f64(int64_t, double *, const double *, double *, double, double)
    void adam_f32(int64_t, float *, const float *, float *, float *, float, float, float, float)
    void adam_f64(int64_t, double *, const double *, double *, double *, double, double, double, double)
    void adam_amsgrad_f32(int64_t, float *, const float *, float *, float *, float *, float, float, float, float)
    void adam_amsgrad_f64(int64_t, double *, const double *, double *, double *, double *, double, double, double, double)
    void adamax_f32(int64_t, float *, const float *, float *, float *, float, float, float, float)
    void adamax_f64(int64_t, double *, const double *, double *, double *, double, double, double, double)
    void nadam_f32(int64_t, float *, const float *, float *, float *, float, float, float, float, float, float)
    void nadam_f64(int64_t, double *, const double *, double *, double *, double, double, double, double, double, double)
    void lion_f32(int64_t, float *, const float *, float *, float, float, float, float, float)
    void lion_f64(int64_t, double *, const double *, double *, double, double, double, double, double)
    void ftrl_f32(int64_t, float *, const float *, float *, float *, float, float, float, float, float, float)
    void ftrl_f64(int64_t, double *, const double *, double *, double *, double, double, double, double, double, double)
    void adagrad_f32(int64_t, float *, const float *, float *, float, float, float)
    void adagrad_f64(int64_t, double *, const double *, double *, double, double, double)
    void rmsprop_f32(int64_t, float *, const float *, float *, float *, float *, float, float, float, float, float, float)
    void rmsprop_f64(int64_t, double *, const double *, double *, double *, double *, double, double, double, double, double,
                     double)
    void adadelta_f32(int64_t, float *, const float *, float *, float *, float, float, float, float)
    void adadelta_f64(int64_t, double *, const double *, double *, double *, double, double, double, double)
    void weight_decay_f32(int64_t, float *, float, float)
    void weight_decay_f64(int64_t, double *, double, double)
    void moving_average_f32(int64_t, float *, const float *, float, float)
    void moving_average_f64(int64_t, double *, const double *, double, double)
    void scaled_f32(int64_t, float *, const float *, float)
    void scaled_f64(int64_t, double *, const double *, double)
    void clipped_f32(int64_t, float *, const float *, float)
    void clipped_f64(int64_t, double *, const double *, double)
    double square_sum_f32(int64_t, const float *)
    double square_sum_f64(int64_t, const double *)
    float adam_correction_f32(int64_t, float, float)
    double adam_correction_f64(int64_t, double, double)
    float one_minus_power_f32(int64_t, float)
    double one_minus_power_f64(int64_t, double)
    double nadam_momentum(int64_t, double, double)
    double nadam_product(int64_t, double, double, double *)

cdef extern from "math.h" nogil:
    double sqrt(double)

cdef enum:
    CHUNK = 16384                                     # elements: the four arrays of Adam are 256 KB, well inside L2


cdef inline int64_t begin(int64_t first) noexcept nogil:
    return first * CHUNK


cdef inline int64_t count(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    cdef int64_t end = i.dim[0] if last * CHUNK > i.dim[0] else last * CHUNK
    return end - first * CHUNK if end > first * CHUNK else 0


cdef inline double number(const void *x, int64_t dtype) noexcept nogil:
    return (<const float *>x)[0] if dtype == F32 else (<const double *>x)[0]


cdef inline float *f32(void *x, int64_t offset) noexcept nogil:
    return NULL if x == NULL else <float *>x + offset


cdef inline double *f64(void *x, int64_t offset) noexcept nogil:
    return NULL if x == NULL else <double *>x + offset


cdef void sgd(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, rate   updated: w, m if there is momentum   dim: n, dtype of rate, has m, nesterov   attr: momentum
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[1], i.dim[1]), momentum = i.attr[0]
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32:
        if not i.dim[2]: sgd_f32(n, f32(i.out[0], o), f32(g, o), rate)
        elif i.dim[3]: sgd_nesterov_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), rate, momentum)
        else: sgd_momentum_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), rate, momentum)
    else:
        if not i.dim[2]: sgd_f64(n, f64(i.out[0], o), f64(g, o), rate)
        elif i.dim[3]: sgd_nesterov_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), rate, momentum)
        else: sgd_momentum_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), rate, momentum)


cdef void adam(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, alpha   updated: w, m, v, the largest v if amsgrad   dim: n, dtype of alpha, amsgrad
    # attr: 1 - beta_1, 1 - beta_2, epsilon
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double alpha = number(i.in_[1], i.dim[1])
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32:
        if i.dim[2]:
            adam_amsgrad_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(i.out[2], o), f32(i.out[3], o),
                             alpha, i.attr[0], i.attr[1], i.attr[2])
        else:
            adam_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(i.out[2], o),
                     alpha, i.attr[0], i.attr[1], i.attr[2])
    else:
        if i.dim[2]:
            adam_amsgrad_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(i.out[2], o), f64(i.out[3], o),
                             alpha, i.attr[0], i.attr[1], i.attr[2])
        else:
            adam_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(i.out[2], o),
                     alpha, i.attr[0], i.attr[1], i.attr[2])


cdef void adam_step_size(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: rate, iterations (int64, steps done before this one)   out: alpha   dim: -, dtype of rate   attr: beta_1, beta_2
    cdef int64_t t = (<const int64_t *>i.in_[1])[0] + 1
    cdef double rate = number(i.in_[0], i.dim[1])
    cdef float rate_f32 = rate
    if i.dtype == F32:
        (<float *>i.out[0])[0] = rate_f32 * adam_correction_f32(t, i.attr[0], i.attr[1])
    else:
        (<double *>i.out[0])[0] = rate * adam_correction_f64(t, i.attr[0], i.attr[1])


cdef void adamax(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, alpha   updated: w, m, u   dim: n, dtype of alpha   attr: 1 - beta_1, beta_2, epsilon
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double alpha = number(i.in_[1], i.dim[1])
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32:
        adamax_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(i.out[2], o), alpha, i.attr[0], i.attr[1], i.attr[2])
    else:
        adamax_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(i.out[2], o), alpha, i.attr[0], i.attr[1], i.attr[2])


cdef void adamax_step_size(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: rate, iterations (int64, steps done before this one)   out: alpha   dim: -, dtype of rate   attr: beta_1
    cdef int64_t t = (<const int64_t *>i.in_[1])[0] + 1
    cdef double rate = number(i.in_[0], i.dim[1])
    if i.dtype == F32: (<float *>i.out[0])[0] = <float>rate / one_minus_power_f32(t, i.attr[0])
    else: (<double *>i.out[0])[0] = rate / one_minus_power_f64(t, i.attr[0])


cdef void nadam(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, sizes (factors of m, g and v, of w's dtype)   updated: w, m, v   dim: n   attr: beta_1, beta_2, epsilon
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef void *g = <void *>i.in_[0]
    cdef const float *s = <const float *>i.in_[1]
    cdef const double *d = <const double *>i.in_[1]
    if i.dtype == F32:
        nadam_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(i.out[2], o), s[0], s[1], s[2],
                  <float>1 - <float>i.attr[0], <float>1 - <float>i.attr[1], i.attr[2])
    else:
        nadam_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(i.out[2], o), d[0], d[1], d[2],
                  1 - i.attr[0], 1 - i.attr[1], i.attr[2])


cdef void nadam_step_sizes(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: rate, iterations (int64, steps done before this one)   out: factors of m, g and v
    # updated: product (float64: a step, the product of the momenta up to it), and the product alone if there is room for it
    # dim: -, dtype of rate, is there?   attr: beta_1, beta_2, decay
    cdef int64_t t = (<const int64_t *>i.in_[1])[0] + 1
    cdef double rate = number(i.in_[0], i.dim[1])
    cdef double now = nadam_momentum(t, i.attr[0], i.attr[2]), after = nadam_momentum(t + 1, i.attr[0], i.attr[2])
    cdef double product = nadam_product(t, i.attr[0], i.attr[2], <double *>i.out[1])
    cdef double of_m = rate * after / (1 - product * after), of_g = rate * (1 - now) / (1 - product)
    cdef float *s = <float *>i.out[0]
    cdef double *d = <double *>i.out[0]
    if i.dtype == F32:
        s[0] = of_m
        s[1] = of_g
        s[2] = 1 / one_minus_power_f32(t, i.attr[1])
        if i.dim[2]: (<float *>i.out[2])[0] = product
    else:
        d[0] = of_m
        d[1] = of_g
        d[2] = 1 / one_minus_power_f64(t, i.attr[1])
        if i.dim[2]: (<double *>i.out[2])[0] = product


cdef void lion(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, rate   updated: w, m   dim: n, dtype of rate   attr: beta_1, beta_2
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[1], i.dim[1]), beta_1 = i.attr[0], beta_2 = i.attr[1]
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32:
        lion_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), rate,
                 beta_1, <float>1 - <float>beta_1, beta_2, <float>1 - <float>beta_2)
    else:
        lion_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), rate, beta_1, 1 - beta_1, beta_2, 1 - beta_2)


cdef void ftrl(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, rate   updated: w, a, z   dim: n, dtype of rate   attr: p, l1, l2, beta, shrinkage
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[1], i.dim[1])
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32:
        ftrl_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(i.out[2], o),
                 rate, i.attr[0], i.attr[1], i.attr[2], i.attr[3], i.attr[4])
    else:
        ftrl_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(i.out[2], o),
                 rate, i.attr[0], i.attr[1], i.attr[2], i.attr[3], i.attr[4])


cdef void rmsprop(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, rate   updated: w, v, step if momentum, mean if centered (last)   dim: n, dtype of rate, centered, has step
    # attr: rho, 1 - rho, epsilon under the root, momentum, epsilon beside it
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[1], i.dim[1])
    cdef void *g = <void *>i.in_[0]
    cdef void *step = i.out[2] if i.dim[3] else NULL
    cdef void *mean = i.out[3 if i.dim[3] else 2] if i.dim[2] else NULL
    if i.dtype == F32:
        rmsprop_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(mean, o), f32(step, o),
                    rate, i.attr[0], i.attr[1], i.attr[2], i.attr[4], i.attr[3])
    else:
        rmsprop_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(mean, o), f64(step, o),
                    rate, i.attr[0], i.attr[1], i.attr[2], i.attr[4], i.attr[3])


cdef void adagrad(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, rate   updated: w, a   dim: n, dtype of rate   attr: epsilon under the root, epsilon beside it
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[1], i.dim[1])
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32: adagrad_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), rate, i.attr[0], i.attr[1])
    else: adagrad_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), rate, i.attr[0], i.attr[1])


cdef void adadelta(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, rate   updated: w, a, d   dim: n, dtype of rate   attr: rho, 1 - rho, epsilon
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[1], i.dim[1])
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32:
        adadelta_f32(n, f32(i.out[0], o), f32(g, o), f32(i.out[1], o), f32(i.out[2], o), rate, i.attr[0], i.attr[1], i.attr[2])
    else:
        adadelta_f64(n, f64(i.out[0], o), f64(g, o), f64(i.out[1], o), f64(i.out[2], o), rate, i.attr[0], i.attr[1], i.attr[2])


cdef void weight_decay(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # w -= w * decay * rate      in: rate   updated: w   dim: n, dtype of rate   attr: decay
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double rate = number(i.in_[0], i.dim[1])
    if i.dtype == F32: weight_decay_f32(n, f32(i.out[0], o), rate, i.attr[0])
    else: weight_decay_f64(n, f64(i.out[0], o), rate, i.attr[0])


cdef void time_decay(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # y = rate / (1 + decay * iterations)      in: rate, iterations (int64)   out: y   dim: -, dtype of rate   attr: decay
    cdef double t = <double>(<const int64_t *>i.in_[1])[0]
    cdef double rate = number(i.in_[0], i.dim[1])
    if i.dtype == F32: (<float *>i.out[0])[0] = <float>rate / (1 + <float>i.attr[0] * <float>t)
    else: (<double *>i.out[0])[0] = rate / (1 + i.attr[0] * t)


cdef void moving_average(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # average = momentum * average + (1 - momentum) * w      in: w   updated: average   dim: n   attr: momentum, 1 - momentum
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef void *w = <void *>i.in_[0]
    if i.dtype == F32: moving_average_f32(n, f32(i.out[0], o), f32(w, o), i.attr[0], i.attr[1])
    else: moving_average_f64(n, f64(i.out[0], o), f64(w, o), i.attr[0], i.attr[1])


cdef void copy_every(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # w = x where (iterations + 1) % period == 0      in: x, iterations (int64)   updated: w   dim: n, period, itemsize
    cdef int64_t o = begin(first) * i.dim[2], n = count(i, first, last) * i.dim[2]
    if ((<const int64_t *>i.in_[1])[0] + 1) % i.dim[1] == 0 and n > 0:
        memcpy(<char *>i.out[0] + o, <const char *>i.in_[0] + o, n)


cdef void count_step(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # iterations += 1      updated: iterations (int64)
    (<int64_t *>i.out[0])[0] += 1


# Clipping by a norm is three instructions: sums of squares of each chunk, their total (chained over the gradients for a norm
# of all of them), and the gradient times a factor.

cdef void square_sums(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g   out: sums, float64, one for each chunk   dim: n
    cdef int64_t p, o
    for p in range(first, last):
        o = begin(p)
        (<double *>i.out[0])[p] = (square_sum_f32(count(i, p, p + 1), <const float *>i.in_[0] + o) if i.dtype == F32 else
                                   square_sum_f64(count(i, p, p + 1), <const double *>i.in_[0] + o))


cdef void total(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: sums, float64; the total so far or NULL   out: total, float64   dim: n
    cdef double s = 0 if i.in_[1] == NULL else (<const double *>i.in_[1])[0]
    cdef int64_t p
    for p in range(i.dim[0]):
        s += (<const double *>i.in_[0])[p]
    (<double *>i.out[0])[0] = s


cdef void clip_by_norm(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # y = g * clip / max(norm, clip), norm = sqrt(total); NaN if dim[1] (a norm of all gradients) and norm is not finite
    # in: g, total (float64)   out: y   dim: n, global   attr: clip
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef double norm = sqrt((<const double *>i.in_[1])[0]), clip = i.attr[0]
    cdef double factor = clip / norm if not norm <= clip else 1
    cdef void *g = <void *>i.in_[0]
    if i.dim[1] and norm - norm != 0:
        factor = norm - norm
    if i.dtype == F32: scaled_f32(n, f32(i.out[0], o), f32(g, o), factor)
    else: scaled_f64(n, f64(i.out[0], o), f64(g, o), factor)


cdef void clip_by_magnitude(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # y = min(max(g, -clip), clip), NaN stays      in: g   out: y   dim: n   attr: clip
    cdef int64_t o = begin(first), n = count(i, first, last)
    cdef void *g = <void *>i.in_[0]
    if i.dtype == F32: clipped_f32(n, f32(i.out[0], o), f32(g, o), i.attr[0])
    else: clipped_f64(n, f64(i.out[0], o), f64(g, o), i.attr[0])


KERNELS = {
    "sgd": <uintptr_t>&sgd,
    "adam": <uintptr_t>&adam,
    "adam_step_size": <uintptr_t>&adam_step_size,
    "adamax": <uintptr_t>&adamax,
    "adamax_step_size": <uintptr_t>&adamax_step_size,
    "nadam": <uintptr_t>&nadam,
    "nadam_step_sizes": <uintptr_t>&nadam_step_sizes,
    "lion": <uintptr_t>&lion,
    "ftrl": <uintptr_t>&ftrl,
    "rmsprop": <uintptr_t>&rmsprop,
    "adagrad": <uintptr_t>&adagrad,
    "adadelta": <uintptr_t>&adadelta,
    "weight_decay": <uintptr_t>&weight_decay,
    "time_decay": <uintptr_t>&time_decay,
    "moving_average": <uintptr_t>&moving_average,
    "copy_every": <uintptr_t>&copy_every,
    "count_step": <uintptr_t>&count_step,
    "square_sums": <uintptr_t>&square_sums,
    "total": <uintptr_t>&total,
    "clip_by_norm": <uintptr_t>&clip_by_norm,
    "clip_by_magnitude": <uintptr_t>&clip_by_magnitude,
}
