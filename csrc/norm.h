/* Normalisation of columns: x (R, C), each column by its mean and variance.  float32 and float64 from norm_loops.h.

   forward    mean = sum x / R,  rstd = 1 / sqrt(sum (x - mean)^2 / R + epsilon),  y = (x - mean) rstd gamma + beta
   backward   dbeta = sum dy,  dgamma = rstd sum dy (x - mean),  dx = gamma rstd (dy - dbeta / R - xhat dgamma / R)
   (Ioffe and Szegedy, 2015.)

   Vector axis: columns. Variances take two passes over rows that the cache still holds, so nothing cancels; chunks of rows
   are joined as in Chan, Golub and LeVeque, 1979. A column's sums are four chains of rows, whatever stands beside it.  */
#ifndef PYSEQ_NORM_H
#define PYSEQ_NORM_H

#include <math.h>
#include <stddef.h>

#include "partial.h"
#include "scratch.h"
#include "simd.h"

#define T float
#define V vf32
#define VU vf32u
#define I vi32
#define LANES SIMD_F32
#define NAME(x) x##_f32
#define SQRT sqrtf
#include "norm_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define I vi64
#define LANES SIMD_F64
#define NAME(x) x##_f64
#define SQRT sqrt
#include "norm_loops.h"

#endif
