/* One call of one kernel.  See README.md in this folder for the contract.  */
#ifndef PYSEQ_INSTRUCTION_H
#define PYSEQ_INSTRUCTION_H

#include <stdint.h>

enum { PYSEQ_IN_MAX = 8, PYSEQ_OUT_MAX = 8, PYSEQ_DIM_MAX = 40, PYSEQ_ATTR_MAX = 10 };

/* Element types: the order of pyseq.core.dtypes.DTYPES. */
enum { PYSEQ_F32, PYSEQ_F64, PYSEQ_F16, PYSEQ_I8, PYSEQ_I16, PYSEQ_I32, PYSEQ_I64,
       PYSEQ_U8, PYSEQ_U16, PYSEQ_U32, PYSEQ_U64, PYSEQ_BOOL };

typedef struct Instruction Instruction;
typedef void (*PartFunction)(const Instruction *, int64_t first, int64_t last);

struct Instruction {
    PartFunction kernel;
    const void *in[PYSEQ_IN_MAX];      /* NULL: an optional input that is absent */
    void *out[PYSEQ_OUT_MAX];          /* new outputs first, then what is updated in place */
    int64_t dim[PYSEQ_DIM_MAX];
    double attr[PYSEQ_ATTR_MAX];
    int64_t parts;                     /* independent pieces of work, numbered from 0 */
    int32_t n_threads;                 /* who shares the parts; the executor's business */
    int32_t dtype;                     /* of the arithmetic; a second dtype travels in dim */
};

#endif
