/* Rows of scores to probabilities and losses.  Included once a floating point type.

   softmax        y = exp(x - max x) / sum;   log_softmax   y = x - max x - log sum
   crossentropy   loss = sum_j t_j (log sum - (x_j - max x)),  p = softmax(x);  the gradient is dloss (p - t): as in TensorFlow
                  it takes labels to sum to 1
   sparse         the same for t = one-hot of a label; a label outside the row gives NaN
   sigmoid        loss = max(x, 0) - x t + log(1 + exp(-|x|)) of each element; the gradient is dloss ((1 - t) s(x) - t s(-x)),
                  s the sigmoid: neither cancels where t is 0 or 1

   Short rows go ROWS at a time: exp runs over all of them as one flat run, so that a row of 10 wastes no lanes.  */
#ifndef PYSEQ_SOFTMAX_H
#define PYSEQ_SOFTMAX_H

#include "vecmath.h"

enum { FLAT = 1024 };                                 /* elements of the flat run */

#define T float
#define V vf32
#define VU vf32u
#define I vi32
#define LANES SIMD_F32
#define NAME(x) x##_f32
#define LOG logf
#include "softmax_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define I vi64
#define LANES SIMD_F64
#define NAME(x) x##_f64
#define LOG log
#include "softmax_loops.h"

#endif
