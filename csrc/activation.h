/* stand-in until the family lands */
#ifndef PYSEQ_ACTIVATION_H
#define PYSEQ_ACTIVATION_H
#include "simd.h"
static inline void activate_f32(int code, const double *attr, const float *x, float *y, int64_t n) { for (int64_t j=0;j<n;j++) y[j]= x[j]>0?x[j]:0; }
static inline void activate_f64(int code, const double *attr, const double *x, double *y, int64_t n) { for (int64_t j=0;j<n;j++) y[j]= x[j]>0?x[j]:0; }
#endif
