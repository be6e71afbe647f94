"""Connectionist temporal classification: -log of the probability that logits (N, T, C) spell a label (Graves et al. 2006).

A path names a class or blank at each time; it spells what is left when repeats are merged and blanks dropped. The states
of a label of m classes are l' = blank l1 blank l2 ... blank, S = 2 m + 1 of them, and with log p = logits - logsumexp(logits)

    alpha[0, s] = log p[0, l'[s]] for s = 0, 1;  alpha[t, s] = log p[t, l'[s]] + logsumexp(alpha[t-1, s], [s-1], [s-2] if allowed)
    loss        = -logsumexp(alpha[end, S-1], alpha[end, S-2])
    beta        the same from the end, without the emission at t
    dlogits     = dloss (p[t, c] - sum over s of class c of exp(alpha[t, s] + beta[t, s] + loss))

All in log space and double. A label that no path spells (too little time) has loss inf, and the sum over s counts nothing,
as in TensorFlow (core/util/ctc/ctc_loss_calculator.h).
in: logits, labels (N, M) int64, label lengths (N,) int64, logit lengths (N,) int64   dim: N T C M blank   parts: samples
"""
from libc.math cimport INFINITY, exp, log, log1p
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

ctypedef fused real:
    float
    double


cdef inline double log_add(double a, double b) noexcept nogil:
    if a < b:
        a, b = b, a
    return a if b == -INFINITY else a + log1p(exp(b - a))


cdef inline int64_t class_of(const int64_t *label, int64_t s, int64_t blank) noexcept nogil:
    return label[s // 2] if s & 1 else blank


cdef inline bint skips(const int64_t *label, int64_t s) noexcept nogil:
    # may state s be reached from s - 2? Past a blank between two different classes only
    return (s & 1) and s > 1 and label[s // 2] != label[s // 2 - 1]


cdef double normalizer(const real *row, int64_t c) noexcept nogil:
    cdef int64_t j
    cdef double largest = -INFINITY, total = 0
    for j in range(c):
        if row[j] > largest:
            largest = row[j]
    if largest == -INFINITY:
        return largest
    for j in range(c):
        total += exp(row[j] - largest)
    return largest + log(total)


cdef void forward(const Instruction *i, int64_t first, int64_t last, const real *logits, real *loss) noexcept nogil:
    cdef const int64_t *label
    cdef int64_t n, t, s, n_states, steps, n_times = i.dim[1], c = i.dim[2], m = i.dim[3], blank = i.dim[4]
    cdef int64_t width = 2 * m + 1
    cdef double *alpha
    cdef double *z
    cdef double a
    cdef const real *row
    for n in range(first, last):
        label = <const int64_t *>i.in_[1] + n * m
        n_states = 2 * (<const int64_t *>i.in_[2])[n] + 1
        steps = (<const int64_t *>i.in_[3])[n]
        z = <double *>i.out[2] + n * n_times
        for t in range(n_times):
            row = logits + (n * n_times + t) * c
            alpha = <double *>i.out[1] + (n * n_times + t) * width
            z[t] = normalizer(row, c) if t < steps else 0.0
            for s in range(width):
                if s >= n_states or t >= steps:
                    alpha[s] = -INFINITY
                    continue
                if t == 0:
                    a = 0.0 if s < 2 else -INFINITY
                else:
                    a = alpha[s - width]
                    if s > 0:
                        a = log_add(a, alpha[s - 1 - width])
                    if skips(label, s):
                        a = log_add(a, alpha[s - 2 - width])
                alpha[s] = a + (row[class_of(label, s, blank)] - z[t]) if a > -INFINITY else a
        if steps == 0:
            loss[n] = <real>(0.0 if n_states == 1 else INFINITY)
            continue
        alpha = <double *>i.out[1] + (n * n_times + steps - 1) * width
        a = alpha[n_states - 1]
        if n_states > 1:
            a = log_add(a, alpha[n_states - 2])
        loss[n] = <real>(-a)


cdef inline double total_of(const double *alpha, int64_t n_states) noexcept nogil:
    return log_add(alpha[n_states - 1], alpha[n_states - 2]) if n_states > 1 else alpha[0]


cdef void backward(const Instruction *i, int64_t first, int64_t last, const real *logits, const real *dloss,
                   real *dlogits) noexcept nogil:
    cdef const int64_t *label
    cdef const double *alpha
    cdef const double *z
    cdef const real *row
    cdef const real *after
    cdef int64_t n, t, s, j, n_states, steps, n_times = i.dim[1], c = i.dim[2], m = i.dim[3], blank = i.dim[4]
    cdef int64_t width = 2 * m + 1
    cdef double *beta                                 # of time t, made from that of t + 1 in place, s rising
    cdef double log_total, b, next_1, next_2
    cdef real *dx
    for n in range(first, last):
        label = <const int64_t *>i.in_[1] + n * m
        n_states = 2 * (<const int64_t *>i.in_[2])[n] + 1
        steps = (<const int64_t *>i.in_[3])[n]
        z = <const double *>i.in_[5] + n * n_times
        beta = <double *>i.out[1] + n * width
        alpha = <const double *>i.in_[4] + n * n_times * width
        log_total = total_of(alpha + (steps - 1) * width, n_states) if steps > 0 else -INFINITY
        for t in range(n_times - 1, -1, -1):
            row = logits + (n * n_times + t) * c
            dx = dlogits + (n * n_times + t) * c
            if t >= steps:
                for j in range(c):
                    dx[j] = 0
                continue
            for j in range(c):
                dx[j] = <real>(dloss[n] * exp(row[j] - z[t]))
            if log_total == -INFINITY:
                continue
            for s in range(n_states):
                if t == steps - 1:
                    beta[s] = 0.0 if s >= n_states - 2 else -INFINITY
                    continue
                after = row + c
                b = beta[s]
                if b > -INFINITY:
                    b += after[class_of(label, s, blank)] - z[t + 1]
                if s + 1 < n_states:
                    next_1 = beta[s + 1]
                    if next_1 > -INFINITY:
                        b = log_add(b, next_1 + (after[class_of(label, s + 1, blank)] - z[t + 1]))
                if s + 2 < n_states and skips(label, s + 2):
                    next_2 = beta[s + 2]
                    if next_2 > -INFINITY:
                        b = log_add(b, next_2 + (after[class_of(label, s + 2, blank)] - z[t + 1]))
                beta[s] = b
            for s in range(n_states):
                b = alpha[t * width + s] + beta[s]
                if b > -INFINITY:
                    dx[class_of(label, s, blank)] -= <real>(dloss[n] * exp(b - log_total))


# The kernels: dtype, and the parts [first, last) of this call.
cdef void ctc_loss(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # out: loss (N,), alpha (N, T, S) float64, logsumexp of the logits (N, T) float64
    if i.dtype == F32: forward(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: forward(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef void ctc_loss_backward(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in, after those: alpha, logsumexp, dloss (N,)   out: dlogits (N, T, C), scratch for beta (N, S) float64
    if i.dtype == F32:
        backward(i, first, last, <const float *>i.in_[0], <const float *>i.in_[6], <float *>i.out[0])
    else:
        backward(i, first, last, <const double *>i.in_[0], <const double *>i.in_[6], <double *>i.out[0])


KERNELS = {"ctc_loss": <uintptr_t>&ctc_loss, "ctc_loss_backward": <uintptr_t>&ctc_loss_backward}
