/* The first n lanes of a vector, 0 < n < LANES, and nothing beyond them: load_part_T (zeros in the rest), store_part_T.  */
#ifndef PYSEQ_PARTIAL_H
#define PYSEQ_PARTIAL_H

#include "simd.h"

#if defined(__AVX512F__)
#include <immintrin.h>

ALWAYS_INLINE vf32 load_part_f32(const float *x, int n) {
    return (vf32)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), x);
}
ALWAYS_INLINE void store_part_f32(float *x, vf32 v, int n) {
    _mm512_mask_storeu_ps(x, (__mmask16)((1u << n) - 1), (__m512)v);
}
ALWAYS_INLINE vf64 load_part_f64(const double *x, int n) {
    return (vf64)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), x);
}
ALWAYS_INLINE void store_part_f64(double *x, vf64 v, int n) {
    _mm512_mask_storeu_pd(x, (__mmask8)((1u << n) - 1), (__m512d)v);
}

#elif defined(__AVX2__)
#include <immintrin.h>

static const int32_t partial_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
ALWAYS_INLINE __m256i first_lanes(int n) { return _mm256_loadu_si256((const __m256i *)(partial_mask + 8 - n)); }

ALWAYS_INLINE vf32 load_part_f32(const float *x, int n) { return (vf32)_mm256_maskload_ps(x, first_lanes(n)); }
ALWAYS_INLINE void store_part_f32(float *x, vf32 v, int n) { _mm256_maskstore_ps(x, first_lanes(n), (__m256)v); }
ALWAYS_INLINE vf64 load_part_f64(const double *x, int n) { return (vf64)_mm256_maskload_pd(x, first_lanes(2 * n)); }
ALWAYS_INLINE void store_part_f64(double *x, vf64 v, int n) { _mm256_maskstore_pd(x, first_lanes(2 * n), (__m256d)v); }

#else                              /* up to four lanes: by halves */

ALWAYS_INLINE vf32 load_part_f32(const float *x, int n) {
    vf32 v = {0};
    if (n >= 2) memcpy(&v, x, 2 * sizeof *x);
    if (n & 1) v[n - 1] = x[n - 1];
    return v;
}
ALWAYS_INLINE void store_part_f32(float *x, vf32 v, int n) {
    if (n >= 2) memcpy(x, &v, 2 * sizeof *x);
    if (n & 1) x[n - 1] = v[n - 1];
}
ALWAYS_INLINE vf64 load_part_f64(const double *x, int n) { return (vf64){n ? *x : 0}; }
ALWAYS_INLINE void store_part_f64(double *x, vf64 v, int n) {
    if (n) *x = v[0];
}

#endif
#endif
