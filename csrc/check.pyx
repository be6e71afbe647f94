"""Looking for bad data.  out: int64[2]: where the first offence is (-1: nowhere), and what is there.

dim: n, low, high, inside.  An offence is a number outside [low, high); with `inside`, a number in it.  parts: one.
"""
from libc.stdint cimport int32_t, int64_t, uintptr_t
from instruction cimport I32, Instruction

ctypedef fused integer:
    int32_t
    int64_t


cdef void look(const integer *x, const Instruction *i) noexcept nogil:
    cdef int64_t j, low = i.dim[1], high = i.dim[2]
    cdef bint inside = i.dim[3] != 0
    cdef int64_t *found = <int64_t *>i.out[0]
    found[0], found[1] = -1, 0
    for j in range(i.dim[0]):
        if (low <= x[j] < high) == inside:
            found[0], found[1] = j, x[j]
            return


cdef void find_integer(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, int32 or int64   out: found
    if i.dtype == I32: look(<const int32_t *>i.in_[0], i)
    else: look(<const int64_t *>i.in_[0], i)


KERNELS = {"find_integer": <uintptr_t>&find_integer}
