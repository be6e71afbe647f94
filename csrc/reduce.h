/* Sums and extremes over one axis: x (outer, r, inner) -> y (outer, inner).  Included once a floating point type.

   Sums are exact to about 1e-6 for float32 runs of any length: along a contiguous run they use 4 vectors of accumulators a block
   of BLOCK elements and add the blocks' sums in pairs; across rows, blocks of BLOCK_ROWS rows are summed and added in pairs.
   How a sum is cut depends on its length alone.  */
#ifndef PYSEQ_REDUCE_H
#define PYSEQ_REDUCE_H

#include <math.h>

#include "simd.h"

enum { RED_SUM, RED_PROD, RED_MAX, RED_MIN };
enum { BLOCK = 2048, BLOCK_ROWS = 128 };

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "reduce_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "reduce_loops.h"

#define T int32_t
#define LOWEST INT32_MIN
#define HIGHEST INT32_MAX
#define NAME(x) x##_i32
#include "reduce_integers.h"
#define T int64_t
#define LOWEST INT64_MIN
#define HIGHEST INT64_MAX
#define NAME(x) x##_i64
#include "reduce_integers.h"

#endif
