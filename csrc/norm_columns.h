/* What a product does in its last write, behind the bias: columns normalised by moments that are given, an array added, an
   activation.

   y = f((c - mean) scale + shift + r), f being anywhere in the row:  the inference of a batch normalisation that follows a
   convolution, and the shortcut around both, done while the numbers are in the cache. The operations are those of
   norm_loops.h's apply and of a sum of arrays, each rounded on its own: the same bits.

   The activation's code carries NORM_COLUMNS and ADD_BESIDE, and NORM_BEHIND or ADD_BEHIND if f comes before one or the other.  */
#ifndef PYSEQ_NORM_COLUMNS_H
#define PYSEQ_NORM_COLUMNS_H

#include "activation.h"
#include "partial.h"

enum { NORM_COLUMNS = 256, NORM_BEHIND = 512, ADD_BESIDE = 1024, ADD_BEHIND = 2048 };      /* beside an activation's code */
enum { ACTIVATION_CODE = NORM_COLUMNS - 1, FEW_ROWS = 16 };     /* FEW_ROWS: at a time */

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
