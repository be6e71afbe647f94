from libc.stdint cimport int32_t, int64_t

cdef extern from "instruction.h" nogil:
    enum:
        IN_MAX "PYSEQ_IN_MAX"
        OUT_MAX "PYSEQ_OUT_MAX"
        DIM_MAX "PYSEQ_DIM_MAX"
        ATTR_MAX "PYSEQ_ATTR_MAX"
        F32 "PYSEQ_F32"
        F64 "PYSEQ_F64"
        F16 "PYSEQ_F16"
        I8 "PYSEQ_I8"
        I16 "PYSEQ_I16"
        I32 "PYSEQ_I32"
        I64 "PYSEQ_I64"
        U8 "PYSEQ_U8"
        U16 "PYSEQ_U16"
        U32 "PYSEQ_U32"
        U64 "PYSEQ_U64"
        BOOL "PYSEQ_BOOL"
    ctypedef struct Instruction
    ctypedef void (*PartFunction)(const Instruction *, int64_t first, int64_t last) noexcept nogil
    ctypedef struct Instruction:
        PartFunction kernel
        const void *in_ "in"[8]
        void *out[8]
        int64_t dim[40]
        double attr[10]
        int64_t parts
        int32_t n_threads
        int32_t dtype
