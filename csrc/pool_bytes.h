/* n integers below 256 (0 < n <= lanes) as bytes in memory: load_bytes_T gives the lanes of a vector of T, zeros in the rest.

   Bytes of a part go through an integer: put into memory one by one and read as a vector they would have to wait for each other.  */
#ifndef PYSEQ_POOL_BYTES_H
#define PYSEQ_POOL_BYTES_H

#include "simd.h"

#if defined(__AVX512F__)
#include <immintrin.h>

ALWAYS_INLINE vi32 load_bytes_f32(const uint8_t *from, int n) {
    return (vi32)_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), from));
}
ALWAYS_INLINE void store_bytes_f32(uint8_t *to, vi32 v, int n) {
    _mm_mask_storeu_epi8(to, (__mmask16)((1u << n) - 1), _mm512_cvtepi32_epi8((__m512i)v));
}
ALWAYS_INLINE vi64 load_bytes_f64(const uint8_t *from, int n) {
    return (vi64)_mm512_cvtepu8_epi64(_mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), from));
}
ALWAYS_INLINE void store_bytes_f64(uint8_t *to, vi64 v, int n) {
    _mm_mask_storeu_epi8(to, (__mmask16)((1u << n) - 1), _mm512_cvtepi64_epi8((__m512i)v));
}

#else

/* Up to 8 bytes. */
ALWAYS_INLINE uint64_t load_some_bytes(const uint8_t *from, int n) {
    if (n < 4) return from[0] | (uint64_t)from[n / 2] << 8 * (n / 2) | (uint64_t)from[n - 1] << 8 * (n - 1);
    uint32_t head, rest;
    memcpy(&head, from, 4);
    memcpy(&rest, from + n - 4, 4);
    return head | (uint64_t)rest << 8 * (n - 4);
}
ALWAYS_INLINE void store_some_bytes(uint8_t *to, uint64_t w, int n) {
    if (n < 4) {
        to[0] = (uint8_t)w, to[n / 2] = (uint8_t)(w >> 8 * (n / 2)), to[n - 1] = (uint8_t)(w >> 8 * (n - 1));
        return;
    }
    const uint32_t head = (uint32_t)w, rest = (uint32_t)(w >> 8 * (n - 4));
    memcpy(to, &head, 4);
    memcpy(to + n - 4, &rest, 4);
}

ALWAYS_INLINE uint64_t load_up_to_8(const uint8_t *from, int n, int lanes) {
    uint64_t w = 0;
    if (n < lanes) return load_some_bytes(from, n);
    memcpy(&w, from, lanes);
    return w;
}
ALWAYS_INLINE void store_up_to_8(uint8_t *to, uint64_t w, int n, int lanes) {
    if (n < lanes) store_some_bytes(to, w, n);
    else memcpy(to, &w, lanes);
}

#if defined(__AVX2__)
#include <immintrin.h>

/* As the compiler has it, from lane to lane, it is three times as slow. */
ALWAYS_INLINE vi32 load_bytes_f32(const uint8_t *from, int n) {
    return (vi32)_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)load_up_to_8(from, n, 8)));
}
ALWAYS_INLINE void store_bytes_f32(uint8_t *to, vi32 v, int n) {
    const __m256i low = _mm256_shuffle_epi8((__m256i)v, _mm256_set1_epi32(0x0c080400));
    const __m128i both = _mm_unpacklo_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
    store_up_to_8(to, (uint64_t)_mm_cvtsi128_si64(both), n, 8);
}
ALWAYS_INLINE vi64 load_bytes_f64(const uint8_t *from, int n) {
    return (vi64)_mm256_cvtepu8_epi64(_mm_cvtsi32_si128((int32_t)load_up_to_8(from, n, 4)));
}
ALWAYS_INLINE void store_bytes_f64(uint8_t *to, vi64 v, int n) {
    const __m256i low = _mm256_shuffle_epi8((__m256i)v, _mm256_set1_epi16(0x0800));
    const __m128i both = _mm_unpacklo_epi16(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
    store_up_to_8(to, (uint32_t)_mm_cvtsi128_si32(both), n, 4);
}

#elif defined(__SSE2__)
#include <immintrin.h>

ALWAYS_INLINE vi32 load_bytes_f32(const uint8_t *from, int n) {
    const __m128i zero = _mm_setzero_si128(), b = _mm_cvtsi32_si128((int32_t)load_up_to_8(from, n, 4));
    return (vi32)_mm_unpacklo_epi16(_mm_unpacklo_epi8(b, zero), zero);
}
ALWAYS_INLINE void store_bytes_f32(uint8_t *to, vi32 v, int n) {
    const __m128i two = _mm_packs_epi32((__m128i)v, (__m128i)v);
    store_up_to_8(to, (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(two, two)), n, 4);
}
ALWAYS_INLINE vi64 load_bytes_f64(const uint8_t *from, int n) {
    const uint64_t w = load_up_to_8(from, n, 2);
    return (vi64){(int64_t)(w & 255), (int64_t)(w >> 8)};
}
ALWAYS_INLINE void store_bytes_f64(uint8_t *to, vi64 v, int n) { store_up_to_8(to, (uint64_t)(v[0] | v[1] << 8), n, 2); }

#else

#define BYTES_OF(T, I, lanes)                                                     \
    typedef uint8_t bytes_##T __attribute__((vector_size(lanes)));                \
    ALWAYS_INLINE I load_bytes_##T(const uint8_t *from, int n) {                  \
        bytes_##T b;                                                              \
        const uint64_t w = load_up_to_8(from, n, lanes);                          \
        memcpy(&b, &w, sizeof b);                                                 \
        return __builtin_convertvector(b, I);                                     \
    }                                                                             \
    ALWAYS_INLINE void store_bytes_##T(uint8_t *to, I v, int n) {                 \
        const bytes_##T b = __builtin_convertvector(v, bytes_##T);                \
        uint64_t w = 0;                                                           \
        memcpy(&w, &b, sizeof b);                                                 \
        store_up_to_8(to, w, n, lanes);                                           \
    }
BYTES_OF(f32, vi32, SIMD_F32)
BYTES_OF(f64, vi64, SIMD_F64)
#undef BYTES_OF

#endif
#endif
#endif
