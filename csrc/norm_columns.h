/* What a product does in its last write, behind the bias: columns normalised by moments that are given, and an activation.

   y = f((c - mean) scale + shift), or (f(c) - mean) scale + shift:  the inference of a batch normalisation that follows a
   convolution, done while its numbers are in the cache. The operations are those of norm_loops.h's apply: the same bits.

   The activation's code carries NORM_COLUMNS, and NORM_BEHIND if f comes first.  */
#ifndef PYSEQ_NORM_COLUMNS_H
#define PYSEQ_NORM_COLUMNS_H

#include "activation.h"
#include "partial.h"

enum { NORM_COLUMNS = 256, NORM_BEHIND = 512 };      /* beside an activation's code */

typedef struct {
    const void *mean, *scale, *shift;                /* of each column; shift or NULL */
} NormColumns;

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "norm_columns_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "norm_columns_loops.h"

#endif
