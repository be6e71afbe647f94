/* Adam's update in float32 for AVX-512, whose division and root together take longer than the memory does: see quotient.h. */
#ifndef PYSEQ_UPDATE_ADAM_H
#define PYSEQ_UPDATE_ADAM_H

#include <float.h>
#include <immintrin.h>
#include <string.h>

#include "quotient.h"

static inline void adam_16(float *w, const float *g, float *m, float *v, float alpha, float rest_1, float rest_2,
                           float epsilon) {
    const __m512 g_j = _mm512_loadu_ps(g);
    __m512 m_j = _mm512_loadu_ps(m), v_j = _mm512_loadu_ps(v);
    m_j = _mm512_add_ps(m_j, _mm512_mul_ps(_mm512_sub_ps(g_j, m_j), _mm512_set1_ps(rest_1)));
    v_j = _mm512_add_ps(v_j, _mm512_mul_ps(_mm512_sub_ps(_mm512_mul_ps(g_j, g_j), v_j), _mm512_set1_ps(rest_2)));
    _mm512_storeu_ps(m, m_j);
    _mm512_storeu_ps(v, v_j);
    const __m512 below = _mm512_add_ps(_mm512_sqrt_ps(v_j), _mm512_set1_ps(epsilon));
    const __m512 finite = _mm512_min_ps(_mm512_set1_ps(FLT_MAX), below);           /* NaN stays */
    const vf32 step = quotient_f32((vf32)_mm512_mul_ps(m_j, _mm512_set1_ps(alpha)), (vf32)finite);
    _mm512_storeu_ps(w, _mm512_sub_ps(_mm512_loadu_ps(w), (__m512)step));
}

/* epsilon must be a normal number: it keeps the divisor from being none. */
static void adam_by_estimate(int64_t n, float *w, const float *g, float *m, float *v, float alpha, float rest_1, float rest_2,
                             float epsilon) {
    int64_t j = 0;
    for (; j + 16 <= n; j += 16) adam_16(w + j, g + j, m + j, v + j, alpha, rest_1, rest_2, epsilon);
    if (j < n) {
        float rest[4][16] = {{0}};
        const size_t bytes = (size_t)(n - j) * sizeof(float);
        memcpy(rest[0], w + j, bytes);
        memcpy(rest[1], g + j, bytes);
        memcpy(rest[2], m + j, bytes);
        memcpy(rest[3], v + j, bytes);
        adam_16(rest[0], rest[1], rest[2], rest[3], alpha, rest_1, rest_2, epsilon);
        memcpy(w + j, rest[0], bytes);
        memcpy(m + j, rest[2], bytes);
        memcpy(v + j, rest[3], bytes);
    }
}

#endif
