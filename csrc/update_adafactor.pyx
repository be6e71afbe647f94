"""Adafactor's update: means of g^2 over rows and over columns in the place of one for each weight.

A matrix w is (B, R, C): R rows and C columns in each of B blocks, the leading axes.  t: this step's number, from 1.

    r = b r + (1 - b) (mean of g^2 over C + epsilon_1),  c = the same over R,  b = 1 - t^decay
    v = r / (mean of r over R) * c;  u = g / sqrt(v)
    w -= u * max(epsilon_2, rms(w)) * min(rate, 1 / sqrt(t)) / max(1, rms(u) / clip)

A vector or a number has a mean for each weight:  v = b v + (1 - b) (g^2 + epsilon_1).

g / sqrt(v) is computed as g / sqrt(r / mean) / sqrt(c), so that no weight needs a root or a division and a v below the
numbers of its dtype does no harm.  Source: tf.keras 2.15 (tests/fixtures/make_optimizers.py); Shazeer and Stern 2018.

Sums are in double, over parts whose size depends on the shape alone.  Scratch: 2 KB of stack.
"""
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy
from instruction cimport F32, F64, Instruction

cdef extern from "update_adafactor.h" nogil:
    void square_sums_of_f32(int64_t, int64_t, const float *, double *, double *)
    void square_sums_of_f64(int64_t, int64_t, const double *, double *, double *)
    void mean_of_squares_f32(int64_t, float *, const double *, double, float, float)
    void mean_of_squares_f64(int64_t, double *, const double *, double, double, double)
    void shares_f32(int64_t, const float *, float *, float *)
    void shares_f64(int64_t, const double *, double *, double *)
    void inverse_roots_f32(int64_t, const float *, float *)
    void inverse_roots_f64(int64_t, const double *, double *)
    double scaled_row_f32(int64_t, const float *, float, const float *, float, const float *, float *)
    double scaled_row_f64(int64_t, const double *, double, const double *, double, const double *, double *)
    void row_step_f32(int64_t, float *, const float *, float, const float *, float)
    void row_step_f64(int64_t, double *, const double *, double, const double *, double)
    double vector_sums_f32(int64_t, const float *, float *, float, float)
    double vector_sums_f64(int64_t, const double *, double *, double, double)
    void vector_step_f32(int64_t, float *, const float *, const float *, float)
    void vector_step_f64(int64_t, double *, const double *, const double *, double)
    float kept_f32(int64_t, float)
    double kept_f64(int64_t, double)
    float step_factor_f32(int64_t, int64_t, float, double, double, float, float)
    double step_factor_f64(int64_t, int64_t, double, double, double, double, double)

ctypedef fused real:
    float
    double

cdef enum:
    CHUNK = 16384                                     # elements of a vector's part


cdef inline int64_t step_number(const void *iterations) noexcept nogil:
    return (<const int64_t *>iterations)[0] + 1


# ------------------------------------------------------------------------------------------------------------ a matrix
# dim: B R C, rows of a part.  A part is some rows of one block: `parts_of_block` of them a block.

cdef inline int64_t parts_of_block(const Instruction *i) noexcept nogil:
    return (i.dim[1] + i.dim[3] - 1) // i.dim[3]


cdef inline int64_t first_row(const Instruction *i, int64_t part) noexcept nogil:
    return part // parts_of_block(i) * i.dim[1] + part % parts_of_block(i) * i.dim[3]


cdef inline int64_t row_count(const Instruction *i, int64_t part) noexcept nogil:
    cdef int64_t rest = i.dim[1] - part % parts_of_block(i) * i.dim[3]
    return rest if rest < i.dim[3] else i.dim[3]


cdef void adafactor_sums(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g   out: sums of g^2 over each row, (B, R), and over the columns of each part, (parts, C), both float64
    cdef int64_t p, row, c = i.dim[2]
    cdef double *of_rows = <double *>i.out[0]
    cdef double *of_columns = <double *>i.out[1]
    for p in range(first, last):
        row = first_row(i, p)
        if i.dtype == F32:
            square_sums_of_f32(row_count(i, p), c, <const float *>i.in_[0] + row * c, of_rows + row, of_columns + p * c)
        else:
            square_sums_of_f64(row_count(i, p), c, <const double *>i.in_[0] + row * c, of_rows + row, of_columns + p * c)


cdef void block_means(const Instruction *i, int64_t b, real *share, real *of_row, real *of_column, real *r,
                      real *c) noexcept nogil:
    cdef int64_t rows = i.dim[1], columns = i.dim[2], parts = parts_of_block(i), p, j
    cdef int64_t t = step_number(i.in_[2])
    cdef const double *row_sums = <const double *>i.in_[0] + b * rows
    cdef const double *parted = <const double *>i.in_[1] + b * parts * columns
    cdef double *sums = <double *>i.out[3] + b * columns
    memcpy(sums, parted, columns * sizeof(double))
    for p in range(1, parts):
        for j in range(columns):
            sums[j] += parted[p * columns + j]
    if real is float:
        mean_of_squares_f32(rows, r, row_sums, columns, kept_f32(t, i.attr[0]), i.attr[1])
        mean_of_squares_f32(columns, c, sums, rows, kept_f32(t, i.attr[0]), i.attr[1])
        shares_f32(rows, r, share, of_row)
        inverse_roots_f32(columns, c, of_column)
    else:
        mean_of_squares_f64(rows, r, row_sums, columns, kept_f64(t, i.attr[0]), i.attr[1])
        mean_of_squares_f64(columns, c, sums, rows, kept_f64(t, i.attr[0]), i.attr[1])
        shares_f64(rows, r, share, of_row)
        inverse_roots_f64(columns, c, of_column)


cdef void adafactor_means(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: row sums, column sums, iterations (int64, steps done before this one)
    # out: share = r / mean, (B, R), and its inverse root; the inverse root of c, (B, C); room for column sums, (B, C), float64
    # updated: r, c   parts: blocks   attr: decay, epsilon_1
    cdef int64_t b, r, c
    for b in range(first, last):
        r, c = b * i.dim[1], b * i.dim[2]
        if i.dtype == F32:
            block_means(i, b, <float *>i.out[0] + r, <float *>i.out[1] + r, <float *>i.out[2] + c,
                        <float *>i.out[4] + r, <float *>i.out[5] + c)
        else:
            block_means(i, b, <double *>i.out[0] + r, <double *>i.out[1] + r, <double *>i.out[2] + c,
                        <double *>i.out[4] + r, <double *>i.out[5] + c)


cdef double scaled_sums(const Instruction *i, int64_t p, const real *g, const real *share, const real *of_row,
                        const real *of_column, const real *c, real *v) noexcept nogil:
    cdef int64_t row, start = first_row(i, p), columns = i.dim[2], block = p // parts_of_block(i) * i.dim[2]
    cdef double s = 0
    for row in range(start, start + row_count(i, p)):
        if real is float:
            s += scaled_row_f32(columns, g + row * columns, of_row[row], of_column + block, share[row], c + block,
                                v + row * columns)
        else:
            s += scaled_row_f64(columns, g + row * columns, of_row[row], of_column + block, share[row], c + block,
                                v + row * columns)
    return s


cdef void adafactor_scaled(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, share, its inverse root, the inverse root of c, c   out: sums of u^2 of each part, float64   updated: v
    cdef int64_t p
    for p in range(first, last):
        if i.dtype == F32:
            (<double *>i.out[0])[p] = scaled_sums(
                i, p, <const float *>i.in_[0], <const float *>i.in_[1], <const float *>i.in_[2], <const float *>i.in_[3],
                <const float *>i.in_[4], <float *>i.out[1])
        else:
            (<double *>i.out[0])[p] = scaled_sums(
                i, p, <const double *>i.in_[0], <const double *>i.in_[1], <const double *>i.in_[2], <const double *>i.in_[3],
                <const double *>i.in_[4], <double *>i.out[1])


cdef void adafactor_matrix(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, the inverse root of share, that of c, factor   updated: w
    cdef int64_t p, row, o, block, c = i.dim[2]
    for p in range(first, last):
        block = p // parts_of_block(i) * c
        for row in range(first_row(i, p), first_row(i, p) + row_count(i, p)):
            o = row * c
            if i.dtype == F32:
                row_step_f32(c, <float *>i.out[0] + o, <const float *>i.in_[0] + o, (<const float *>i.in_[1])[row],
                             <const float *>i.in_[2] + block, (<const float *>i.in_[3])[0])
            else:
                row_step_f64(c, <double *>i.out[0] + o, <const double *>i.in_[0] + o, (<const double *>i.in_[1])[row],
                             <const double *>i.in_[2] + block, (<const double *>i.in_[3])[0])


# ------------------------------------------------------------------------------------------------------------ a vector

cdef void adafactor_vector_sums(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, iterations (int64)   out: sums of u^2 of each part, float64   updated: v   dim: n   attr: decay, epsilon_1
    cdef int64_t p, o, n, t = step_number(i.in_[1])
    for p in range(first, last):
        o = p * CHUNK
        n = i.dim[0] - o if i.dim[0] - o < CHUNK else CHUNK
        if i.dtype == F32:
            (<double *>i.out[0])[p] = vector_sums_f32(n, <const float *>i.in_[0] + o, <float *>i.out[1] + o,
                                                      kept_f32(t, i.attr[0]), i.attr[1])
        else:
            (<double *>i.out[0])[p] = vector_sums_f64(n, <const double *>i.in_[0] + o, <double *>i.out[1] + o,
                                                      kept_f64(t, i.attr[0]), i.attr[1])


cdef void adafactor_vector(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: g, v, factor   updated: w   dim: n
    cdef int64_t o = first * CHUNK, end = i.dim[0] if last * CHUNK > i.dim[0] else last * CHUNK
    if i.dtype == F32:
        vector_step_f32(end - o, <float *>i.out[0] + o, <const float *>i.in_[0] + o, <const float *>i.in_[1] + o,
                        (<const float *>i.in_[2])[0])
    else:
        vector_step_f64(end - o, <double *>i.out[0] + o, <const double *>i.in_[0] + o, <const double *>i.in_[1] + o,
                        (<const double *>i.in_[2])[0])


# ------------------------------------------------------------------------------------------------------------ of both

cdef void adafactor_factor(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: rate, iterations (int64), sum of w^2, sum of u^2 (float64)   out: factor   dim: n, dtype of rate
    # attr: epsilon_2, clip
    cdef int64_t t = step_number(i.in_[1])
    cdef double w = (<const double *>i.in_[2])[0], u = (<const double *>i.in_[3])[0]
    cdef double rate = (<const float *>i.in_[0])[0] if i.dim[1] == F32 else (<const double *>i.in_[0])[0]
    if i.dtype == F32:
        (<float *>i.out[0])[0] = step_factor_f32(t, i.dim[0], rate, w, u, i.attr[0], i.attr[1])
    else:
        (<double *>i.out[0])[0] = step_factor_f64(t, i.dim[0], rate, w, u, i.attr[0], i.attr[1])


KERNELS = {
    "adafactor_sums": <uintptr_t>&adafactor_sums,
    "adafactor_means": <uintptr_t>&adafactor_means,
    "adafactor_scaled": <uintptr_t>&adafactor_scaled,
    "adafactor_matrix": <uintptr_t>&adafactor_matrix,
    "adafactor_vector_sums": <uintptr_t>&adafactor_vector_sums,
    "adafactor_vector": <uintptr_t>&adafactor_vector,
    "adafactor_factor": <uintptr_t>&adafactor_factor,
}
