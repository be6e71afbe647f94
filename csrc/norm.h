/* Normalisation of columns: x (N, R, C), N images, the columns of each in groups of S neighbours: each group by its mean and
   variance. Batch normalisation: one image, groups of one column.  float32 and float64 from norm_loops.h.

   forward    mean = sum x / (R S),  rstd = 1 / sqrt(sum (x - mean)^2 / (R S) + epsilon),  y = (x - mean) rstd gamma + beta
   backward   dbeta = sum dy,  dgamma = rstd sum dy (x - mean)  of each column,
              dx = rstd (gamma dy - sum gamma dbeta / (R S) - xhat sum gamma dgamma / (R S)),  the sums over the group
   (Ioffe and Szegedy, 2015; Wu and He, 2018.)

   Vector axis: columns. Variances take two passes over rows that the cache still holds, so nothing cancels; chunks of rows, and
   columns of a group, are joined as in Chan, Golub and LeVeque, 1979. A column's sums are four chains of rows, whatever stands
   beside it.  */
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
