/* Rows of scores to probabilities and losses.  Included once a floating point type.

   softmax        y = exp(x - max x) / sum;   log_softmax   y = x - max x - log sum
   crossentropy   loss = sum_j t_j (log sum - (x_j - max x)),  p = softmax(x);  the gradient is dloss (p - t): as in TensorFlow
                  it takes labels to sum to 1
   sparse         the same for t = one-hot of a label; a label outside the row gives NaN
   sigmoid        loss = max(x, 0) - x t + log(1 + exp(-|x|)) of each element; the gradient is dloss ((1 - t) s(x) - t s(-x)),
                  s the sigmoid: neither cancels where t is 0 or 1

   exp(x) / sum exp(x) is the same without the shift by max x, which only keeps exp from overflowing. A row of which all
   |x| < 44 (NEAR, exp_near) does without; another is shifted. Which of the two depends on the row alone.
   The loss is (log sum - x_j) for the labels; log sum = n ln 2 + a small number, and n ln 2 - x_j is taken first: it is exact
   where the loss is small. Logarithms are taken of all rows of a tile together.

   Short rows go a tile of FLAT elements at a time: exp runs over it as one flat run, so that a row of 10 wastes no lanes, and
   LANES rows are summed together (fold).
   Fetching the next tile while exp runs, rows of 1000 move at about four fifths of the copy's speed (bench/bench_softmax.py).  */
#ifndef PYSEQ_SOFTMAX_H
#define PYSEQ_SOFTMAX_H

#include "vecmath.h"

enum { FLAT = 1024 };                                 /* elements of a tile */

#define TWOS_2(s) s, 2 + s
#define TWOS_4(s) TWOS_2(s), 4 + s, 6 + s
#define TWOS_8(s) TWOS_4(s), 8 + s, 10 + s, 12 + s, 14 + s
#define TWOS_16(s) TWOS_8(s), 16 + s, 18 + s, 20 + s, 22 + s, 24 + s, 26 + s, 28 + s, 30 + s
#if SIMD_BYTES == 64
#define TWOS_F32 TWOS_16
#define TWOS_F64 TWOS_8
#elif SIMD_BYTES == 32
#define TWOS_F32 TWOS_8
#define TWOS_F64 TWOS_4
#else
#define TWOS_F32 TWOS_4
#define TWOS_F64 TWOS_2
#endif
#if defined(__clang__)
#define SHUFFLE(I, x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#else
#define SHUFFLE(I, x, y, ...) __builtin_shuffle(x, y, (I){__VA_ARGS__})
#endif

#define T float
#define V vf32
#define I vi32
#define TWOS TWOS_F32
#define VU vf32u
#define I vi32
#define LANES SIMD_F32
#define NAME(x) x##_f32
#define LOG logf
#include "softmax_loops.h"

#define T double
#define V vf64
#define I vi64
#define TWOS TWOS_F64
#define VU vf64u
#define I vi64
#define LANES SIMD_F64
#define NAME(x) x##_f64
#define LOG log
#include "softmax_loops.h"

#endif
