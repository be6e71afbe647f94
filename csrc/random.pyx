"""Random numbers.  Element j of a draw is a function of (seed, counter, j): the same for every cut, thread and instruction set.

A generator's state is int64[2]: seed, counter (the next unused block of Philox 4x32-10, philox.h). `take_random` copies it
into a key and moves the counter on by what the draw uses; the draw itself reads the key, so that it may be cut in parts and
done again (dropout's gradient). dim: n.  parts: CHUNK elements, a whole number of groups. Formulas: random.h.

A draw of n elements uses 16 blocks for each 64 elements of 32 bits (float32, dropout, bernoulli, words) and for each 32
elements of 64 bits (float64, integers, permutation).  Truncated normals use the same blocks with another upper half of the
counter for each attempt.
"""
from libc.stdint cimport (int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t)
from instruction cimport F32, I8, I16, I32, U8, U16, U32, Instruction

cdef extern from "random.h" nogil:
    ctypedef struct PhiloxKey:
        uint64_t seed
        uint64_t counter
    void normal_f32(int64_t, int64_t, int64_t, float *, PhiloxKey, float, float)
    void normal_f64(int64_t, int64_t, int64_t, double *, PhiloxKey, double, double)
    void truncated_normal_f32(int64_t, int64_t, int64_t, float *, PhiloxKey, float, float)
    void truncated_normal_f64(int64_t, int64_t, int64_t, double *, PhiloxKey, double, double)
    void uniform_f32(int64_t, int64_t, int64_t, float *, PhiloxKey, float, float)
    void uniform_f64(int64_t, int64_t, int64_t, double *, PhiloxKey, double, double)
    void dropout_f32(int64_t, int64_t, int64_t, float *, const float *, PhiloxKey, uint32_t, float, float, float)
    void dropout_f64(int64_t, int64_t, int64_t, double *, const double *, PhiloxKey, uint32_t, double, double, double)
    void bernoulli(int64_t, int64_t, int64_t, uint8_t *, PhiloxKey, double)
    void random_words(int64_t, int64_t, int64_t, uint32_t *, PhiloxKey)
    void integers(int64_t, int64_t, int64_t, int64_t *, PhiloxKey, int64_t, uint64_t)
    void permutation(int64_t, int64_t *, PhiloxKey)
    uint32_t threshold(double)

cdef enum:
    CHUNK = 4096


cdef inline PhiloxKey key_of(const void *key) noexcept nogil:
    cdef PhiloxKey k
    k.seed = (<const uint64_t *>key)[0]
    k.counter = (<const uint64_t *>key)[1]
    return k


cdef inline int64_t group_of(const Instruction *i, int64_t part, int64_t size) noexcept nogil:
    # Number of the first group of `part`; past the last part, the number of groups.
    cdef int64_t element = i.dim[0] if part * CHUNK > i.dim[0] else part * CHUNK
    return (element + size - 1) / size


cdef void take_random(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # out: key, int64[2]   updated: state, int64[2]   dim: blocks used
    (<uint64_t *>i.out[0])[0] = (<uint64_t *>i.out[1])[0]
    (<uint64_t *>i.out[0])[1] = (<uint64_t *>i.out[1])[1]
    (<uint64_t *>i.out[1])[1] += <uint64_t>i.dim[0]


cdef void random_uniform(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: key   out: y   attr: low, high
    cdef PhiloxKey key = key_of(i.in_[0])
    if i.dtype == F32:
        uniform_f32(group_of(i, first, 64), group_of(i, last, 64), i.dim[0], <float *>i.out[0], key, i.attr[0], i.attr[1])
    else:
        uniform_f64(group_of(i, first, 32), group_of(i, last, 32), i.dim[0], <double *>i.out[0], key, i.attr[0], i.attr[1])


cdef void random_normal(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: key   out: y   attr: mean, stddev
    cdef PhiloxKey key = key_of(i.in_[0])
    if i.dtype == F32:
        normal_f32(group_of(i, first, 64), group_of(i, last, 64), i.dim[0], <float *>i.out[0], key, i.attr[0], i.attr[1])
    else:
        normal_f64(group_of(i, first, 32), group_of(i, last, 32), i.dim[0], <double *>i.out[0], key, i.attr[0], i.attr[1])


cdef void random_truncated_normal(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: key   out: y, within two stddev of the mean   attr: mean, stddev
    cdef PhiloxKey key = key_of(i.in_[0])
    if i.dtype == F32:
        truncated_normal_f32(group_of(i, first, 64), group_of(i, last, 64), i.dim[0], <float *>i.out[0], key, i.attr[0], i.attr[1])
    else:
        truncated_normal_f64(group_of(i, first, 32), group_of(i, last, 32), i.dim[0], <double *>i.out[0], key, i.attr[0], i.attr[1])


cdef void random_dropout(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # y = x * scale + shift where element j's word is at least rate * 2^32, else `dropped`
    # in: x, key   out: y   attr: rate, scale, shift, dropped
    # The mask is the same for both dtypes.
    cdef PhiloxKey key = key_of(i.in_[1])
    cdef int64_t begin = group_of(i, first, 64), end = group_of(i, last, 64)
    if i.dtype == F32:
        dropout_f32(begin, end, i.dim[0], <float *>i.out[0], <const float *>i.in_[0], key, threshold(i.attr[0]), i.attr[1],
                    i.attr[2], i.attr[3])
    else:
        dropout_f64(begin, end, i.dim[0], <double *>i.out[0], <const double *>i.in_[0], key, threshold(i.attr[0]), i.attr[1],
                    i.attr[2], i.attr[3])


cdef void random_bernoulli(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: key   out: y, bool   attr: probability of True
    bernoulli(group_of(i, first, 64), group_of(i, last, 64), i.dim[0], <uint8_t *>i.out[0], key_of(i.in_[0]), i.attr[0])


cdef void random_bits(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: key   out: y, uint32
    random_words(group_of(i, first, 64), group_of(i, last, 64), i.dim[0], <uint32_t *>i.out[0], key_of(i.in_[0]))


cdef void random_integers(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # y = low + floor(word * range / 2^64)      in: key   out: y, any integer type   dim: n, low, range (0: 2^64)
    cdef PhiloxKey key = key_of(i.in_[0])
    cdef int64_t group, j, o, n = i.dim[0]
    cdef int64_t y[32]
    for group in range(group_of(i, first, 32), group_of(i, last, 32)):
        o = group * 32
        key.counter = (<const uint64_t *>i.in_[0])[1] + <uint64_t>group * 16
        integers(0, 1, 32, y, key, i.dim[1], <uint64_t>i.dim[2])
        for j in range(n - o if n - o < 32 else 32):
            if i.dtype == I8 or i.dtype == U8: (<int8_t *>i.out[0])[o + j] = <int8_t>y[j]
            elif i.dtype == I16 or i.dtype == U16: (<int16_t *>i.out[0])[o + j] = <int16_t>y[j]
            elif i.dtype == I32 or i.dtype == U32: (<int32_t *>i.out[0])[o + j] = <int32_t>y[j]
            else: (<int64_t *>i.out[0])[o + j] = y[j]


cdef void random_permutation(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: key   out: y, int64, the numbers 0 .. n - 1   parts: 1
    permutation(i.dim[0], <int64_t *>i.out[0], key_of(i.in_[0]))


KERNELS = {
    "take_random": <uintptr_t>&take_random,
    "random_uniform": <uintptr_t>&random_uniform,
    "random_normal": <uintptr_t>&random_normal,
    "random_truncated_normal": <uintptr_t>&random_truncated_normal,
    "random_dropout": <uintptr_t>&random_dropout,
    "random_bernoulli": <uintptr_t>&random_bernoulli,
    "random_bits": <uintptr_t>&random_bits,
    "random_integers": <uintptr_t>&random_integers,
    "random_permutation": <uintptr_t>&random_permutation,
}
