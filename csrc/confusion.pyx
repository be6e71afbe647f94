"""Counts of right and wrong predictions.  t labels (0: negative, else positive), p predictions, w weights; (N, L) row-major.

    passed           how many of the T thresholds p is larger than; a NaN passes none, not even one below 0
    threshold counts tp[j] += sum(w: positive, passed > j)   fp: not positive, passed > j   tn, fn: passed <= j
    confusion matrix total[t, p] += w
    keep top k       p where it is one of the k largest of its row (the first of equals), else LOWEST
    area             under the curve of recall against the rate of false positives (ROC) or of precision against recall (PR),
                     through T points: trapezoids, or the lower or the higher rectangles; trapezoids of PR interpolate tp and
                     fp, not their ratio (Davis & Goadrich 2006), which makes a logarithm of each
Counts of a call are made in double, in one histogram, and added once: the values depend on the order of the elements alone.
"""
from libc.math cimport ceil, log
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memset
from instruction cimport F32, Instruction

ctypedef fused real:
    float
    double

cdef enum:
    ROWS = 64                                         # a part of keep_top_k
    POSITIVE = 0                                      # halves of a histogram
    NEGATIVE = 1

cdef double LOWEST = -1e10                            # as tf.keras has it: less than any probability or logit


cdef inline int64_t even_passed(real p, int64_t n_thresholds) noexcept nogil:
    # thresholds j / (T - 1): the rounding of p (T - 1) decides ties, as in tf.keras
    cdef real steps = <real>(n_thresholds - 1)
    if not p > 0:
        return 0
    if p >= 1:
        return n_thresholds - 1
    return <int64_t>ceil(<double>(p * steps))


cdef inline int64_t sorted_passed(real p, const real *threshold, int64_t n_thresholds) noexcept nogil:
    cdef int64_t low = 0, high = n_thresholds, middle
    while low < high:
        middle = (low + high) // 2
        if p > threshold[middle]:
            low = middle + 1
        else:
            high = middle
    return low


cdef void fill_histogram(const Instruction *i, const real *t, const real *p, const real *w, const real *threshold,
                         double *histogram) noexcept nogil:
    # histogram (2, L, T + 1): weight of the positives and negatives that pass 0 ... T thresholds
    cdef int64_t n, j, at, passed, n_labels = i.dim[1], bins = i.dim[2] + 1, row = i.dim[3], least = i.dim[4]
    memset(histogram, 0, 2 * n_labels * bins * sizeof(double))
    for n in range(i.dim[0]):
        for j in range(n_labels):
            at = n * row + i.dim[9] + j
            if threshold == NULL:
                passed = even_passed(p[at], i.dim[2])
            else:
                passed = sorted_passed(p[at], threshold, i.dim[2])
            if passed < least and p[at] == p[at]:
                passed = least
            histogram[((NEGATIVE if t[at] == 0 else POSITIVE) * n_labels + j) * bins + passed] += (
                1.0 if w == NULL else <double>w[n * n_labels + j])


cdef inline void count(real *variable, int64_t at, double value) noexcept nogil:
    if variable != NULL:
        variable[at] += <real>value


cdef inline void *slot(const Instruction *i, int64_t which) noexcept nogil:
    return i.out[which] if which > 0 else NULL


cdef void add_counts(const Instruction *i, const int64_t *order, const double *histogram, real *tp, real *fp, real *tn,
                     real *fn) noexcept nogil:
    cdef int64_t j, k, at, n_labels = i.dim[1], n_thresholds = i.dim[2]
    cdef const double *positive
    cdef const double *negative
    cdef double above, negative_above, below, negative_below
    for j in range(n_labels):
        positive = histogram + j * (n_thresholds + 1)
        negative = histogram + (n_labels + j) * (n_thresholds + 1)
        above = negative_above = below = negative_below = 0
        for k in range(n_thresholds - 1, -1, -1):     # each side is summed by itself: a difference of sums may be below 0
            above += positive[k + 1]
            negative_above += negative[k + 1]
            at = (k if order == NULL else order[k]) * n_labels + j
            count(tp, at, above)
            count(fp, at, negative_above)
        for k in range(n_thresholds):
            below += positive[k]
            negative_below += negative[k]
            at = (k if order == NULL else order[k]) * n_labels + j
            count(fn, at, below)
            count(tn, at, negative_below)


cdef void counts(const Instruction *i, const real *t, const real *p, const real *w, const real *threshold,
                 real *tp) noexcept nogil:
    cdef double *histogram = <double *>i.out[0]
    fill_histogram(i, t, p, w, threshold, histogram)
    add_counts(i, <const int64_t *>i.in_[4], histogram, tp, <real *>slot(i, i.dim[6]), <real *>slot(i, i.dim[7]),
               <real *>slot(i, i.dim[8]))


cdef void matrix(const Instruction *i, const real *w, real *total) noexcept nogil:
    cdef const int64_t *t = <const int64_t *>i.in_[0]
    cdef const int64_t *p = <const int64_t *>i.in_[1]
    cdef double *added = <double *>i.out[0]
    cdef int64_t n, c = i.dim[1]
    memset(added, 0, c * c * sizeof(double))
    for n in range(i.dim[0]):
        added[t[n] * c + p[n]] += 1.0 if w == NULL else <double>w[n]
    for n in range(c * c):
        total[n] += <real>added[n]


cdef void top(const Instruction *i, int64_t first, int64_t last, const real *p, real *y) noexcept nogil:
    # pass by pass the next in the order (larger first, then from the left); the k-th bounds what is kept
    cdef int64_t n, j, k, best, c = i.dim[1], place
    cdef real bound
    cdef const real *row
    for n in range(first * ROWS, i.dim[0] if last * ROWS > i.dim[0] else last * ROWS):
        row = p + n * c
        place = -1
        bound = 0
        for k in range(i.dim[2]):
            best = -1
            for j in range(c):
                if k and not (row[j] < bound or (row[j] == bound and j > place)):
                    continue
                if row[j] == row[j] and (best < 0 or row[j] > row[best]):
                    best = j
            if best < 0:                              # only NaNs are left
                break
            place = best
            bound = row[best]
        for j in range(c):
            if place >= 0 and (row[j] > bound or (row[j] == bound and j <= place)):
                y[n * c + j] = row[j]
            else:
                y[n * c + j] = <real>LOWEST


cdef inline double ratio(double a, double b) noexcept nogil:
    return a / b if b != 0 else 0.0


cdef inline double height(double a, double b, int64_t method) noexcept nogil:
    if method == 0:
        return (a + b) / 2
    return (a if a < b else b) if method == 1 else (a if a > b else b)


cdef double pr_interpolated(const real *tp, const real *fp, const real *fn, int64_t a, int64_t b) noexcept nogil:
    # between the points a and b: slope (dtp + intercept log(p_a / p_b)) / positives, p = tp + fp
    cdef double p_a = <double>tp[a] + fp[a], p_b = <double>tp[b] + fp[b]
    cdef double dtp = <double>tp[a] - tp[b], dp = p_a - p_b, positives = <double>tp[b] + fn[b]
    cdef double slope = dtp / dp if dp > 0 else 0.0
    cdef double intercept = tp[b] - slope * p_b
    cdef double logarithm = log(p_a / p_b) if p_a > 0 and p_b > 0 else 0.0
    return slope * (dtp + intercept * logarithm) / positives if positives > 0 else 0.0


cdef void area(const Instruction *i, const real *tp, const real *fp, const real *tn, const real *fn, real *y) noexcept nogil:
    cdef int64_t j, k, at, n_thresholds = i.dim[0], n_labels = i.dim[1], pr = i.dim[2], method = i.dim[3]
    cdef double total, recall, other, x, y_here, x_before, y_before
    for j in range(n_labels):
        total = x_before = y_before = 0
        for k in range(n_thresholds):
            at = k * n_labels + j
            if pr and method == 0:
                total += pr_interpolated(tp, fp, fn, at - n_labels, at) if k else 0.0
                continue
            recall = ratio(tp[at], <double>tp[at] + fn[at])
            other = ratio(tp[at], <double>tp[at] + fp[at]) if pr else ratio(fp[at], <double>fp[at] + tn[at])
            x, y_here = (recall, other) if pr else (other, recall)
            total += (x_before - x) * height(y_before, y_here, method) if k else 0.0
            x_before, y_before = x, y_here
        y[j] = <real>total


# The kernels: dtype, and the parts [first, last) of this call.
cdef void threshold_counts(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: t, p (N, R), of which columns o to o + L count, w (N, L) or NULL, thresholds (T,) rising or NULL (evenly from 0 to 1),
    # order (T,) int64 or NULL: where the count of each threshold goes
    # out: histogram (2, L, T + 1) float64; updated, (T, L): those of tp fp tn fn that are wanted
    # dim: N L T R least (every p passes so many), the places in out of tp fp tn fn (0: not wanted), o   parts: one
    if i.dtype == F32:
        counts(i, <const float *>i.in_[0], <const float *>i.in_[1], <const float *>i.in_[2], <const float *>i.in_[3],
               <float *>slot(i, i.dim[5]))
    else:
        counts(i, <const double *>i.in_[0], <const double *>i.in_[1], <const double *>i.in_[2], <const double *>i.in_[3],
               <double *>slot(i, i.dim[5]))


cdef void confusion_matrix(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: t, p (N,) int64 in [0, C), w (N,) or NULL   out: scratch (C, C) float64; updated: total (C, C)   dim: N C   parts: one
    if i.dtype == F32: matrix(i, <const float *>i.in_[2], <float *>i.out[1])
    else: matrix(i, <const double *>i.in_[2], <double *>i.out[1])


cdef void keep_top_k(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: p (N, C)   out: (N, C)   dim: N C k   parts: ROWS rows
    if i.dtype == F32: top(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: top(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


cdef void area_under_curve(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: tp, fp, tn, fn (T, L), thresholds rising   out: area (L,)
    # dim: T L curve (0 ROC, 1 PR) method (0 interpolation, 1 minoring, 2 majoring)   parts: one
    if i.dtype == F32:
        area(i, <const float *>i.in_[0], <const float *>i.in_[1], <const float *>i.in_[2], <const float *>i.in_[3],
             <float *>i.out[0])
    else:
        area(i, <const double *>i.in_[0], <const double *>i.in_[1], <const double *>i.in_[2], <const double *>i.in_[3],
             <double *>i.out[0])


KERNELS = {
    "threshold_counts": <uintptr_t>&threshold_counts,
    "confusion_matrix": <uintptr_t>&confusion_matrix,
    "keep_top_k": <uintptr_t>&keep_top_k,
    "area_under_curve": <uintptr_t>&area_under_curve,
}
