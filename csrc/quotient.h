/* quotient_f32(a, b): a / b where b is a normal, finite number (NaN stays NaN); on AVX-512 without the division, which takes
   longer there than what is around it: an estimate of 1 / b, one step of Newton's, and the correction a - b q of the
   quotient (Markstein 1990).  The rounded quotient itself, but for rare neighbours. */
#ifndef PYSEQ_QUOTIENT_H
#define PYSEQ_QUOTIENT_H

#include "simd.h"

#if defined(__AVX512F__)
#include <immintrin.h>

ALWAYS_INLINE vf32 quotient_f32(vf32 a, vf32 b) {
    const __m512 x = (__m512)a, y = (__m512)b;
    __m512 r = _mm512_rcp14_ps(y);
    r = _mm512_fmadd_ps(r, _mm512_fnmadd_ps(y, r, _mm512_set1_ps(1)), r);
    const __m512 q = _mm512_mul_ps(x, r);
    return (vf32)_mm512_fmadd_ps(_mm512_fnmadd_ps(y, q, x), r, q);
}
#else
ALWAYS_INLINE vf32 quotient_f32(vf32 a, vf32 b) { return a / b; }
#endif
ALWAYS_INLINE vf64 quotient_f64(vf64 a, vf64 b) { return a / b; }

#endif
