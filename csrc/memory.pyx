"""Copying and filling.  Elements are bytes here: dim: n (bytes).  parts: pieces of CHUNK bytes."""
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy, memset
from instruction cimport Instruction

cdef enum:
    CHUNK = 65536


cdef inline int64_t end_of(const Instruction *i, int64_t last) noexcept nogil:
    return i.dim[0] if last * CHUNK > i.dim[0] else last * CHUNK


cdef void copy(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y   parts: chunks
    cdef int64_t start = first * CHUNK, end = end_of(i, last)
    if end > start:
        memcpy(<char *>i.out[0] + start, <const char *>i.in_[0] + start, end - start)


cdef void zeros(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # out: y   parts: chunks
    cdef int64_t start = first * CHUNK, end = end_of(i, last)
    if end > start:
        memset(<char *>i.out[0] + start, 0, end - start)


KERNELS = {"copy": <uintptr_t>&copy, "zeros": <uintptr_t>&zeros}
