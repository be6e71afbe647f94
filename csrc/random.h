/* From random words to distributions. Sums, products, quotients and roots only, none of them contracted (exact.h), so that
 * every instruction set gives the same bits: that is why log, sin and cos are spelt out here, over the ranges needed. */
#ifndef PYSEQ_RANDOM_H
#define PYSEQ_RANDOM_H

#include "exact.h"
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "philox.h"

static inline int64_t group_size(int64_t n, int64_t group, int64_t size) {
    int64_t left = n - group * size;
    return left < size ? left : size;
}

/* float: 24 bits of each word make a uniform number, 31 a logarithm's argument (down to 2^-32: normals up to 6.7 sigma). */
#define REAL float
#define BITS uint32_t
#define SIGNED int32_t
#define OF(name) name##_f32
#define ROWS 4
#define PHILOX philox
#define SQRT sqrtf
#define NEXT nextafterf
#define WORD_BITS 32
#define FRACTION_BITS 24
#define MANTISSA_BITS 23
#define SQRT_HALF_BITS 0x3F3504F3
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f
#define SERIES 5
#include "random_loops.h"
#undef REAL
#undef BITS
#undef SIGNED
#undef OF
#undef ROWS
#undef PHILOX
#undef SQRT
#undef NEXT
#undef WORD_BITS
#undef FRACTION_BITS
#undef MANTISSA_BITS
#undef SQRT_HALF_BITS
#undef LN2_HIGH
#undef LN2_LOW
#undef SERIES

/* double: 53 bits and 63 bits. */
#define REAL double
#define BITS uint64_t
#define SIGNED int64_t
#define OF(name) name##_f64
#define ROWS 2
#define PHILOX philox64
#define SQRT sqrt
#define NEXT nextafter
#define WORD_BITS 64
#define FRACTION_BITS 53
#define MANTISSA_BITS 52
#define SQRT_HALF_BITS 0x3FE6A09E667F3BCDll
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
#define SERIES 12
#include "random_loops.h"
#undef REAL
#undef BITS
#undef SIGNED
#undef OF
#undef ROWS
#undef PHILOX
#undef SQRT
#undef NEXT
#undef WORD_BITS
#undef FRACTION_BITS
#undef MANTISSA_BITS
#undef SQRT_HALF_BITS
#undef LN2_HIGH
#undef LN2_LOW
#undef SERIES

static inline uint32_t threshold(double probability) {
    double t = probability * 4294967296.0;
    return t >= 4294967295.0 ? 4294967295u : (uint32_t)t;
}

/* y = x * scale + shift where the element's word is at least `limit`, else `dropped` (whatever x is). Words are compared as signed numbers, with
 * the top bit turned over: SSE2 and AVX2 compare no others, and a branch on random words costs 5 ns. */
#define DROPOUT(REAL, NAME)                                                                                      \
    static void NAME(int64_t first, int64_t last, int64_t n, REAL *restrict y, const REAL *restrict x,           \
                     PhiloxKey key, uint32_t limit, REAL scale, REAL shift, REAL dropped) {                      \
        const int32_t signed_limit = (int32_t)(limit ^ 0x80000000u);                                             \
        uint32_t words[WORDS];                                                                                   \
        REAL masked[WORDS];                                                                                      \
        for (int64_t group = first; group < last; group++) {                                                     \
            const int64_t o = group * WORDS, count = group_size(n, group, WORDS);                                \
            const REAL *from = x + o;                                                                            \
            if (count < WORDS) from = memcpy(masked, from, (size_t)count * sizeof(REAL));                        \
            philox(key, group, 0, words);                                                                        \
            for (int j = 0; j < WORDS; j++) {                                                                    \
                const REAL scaled = from[j] * scale + shift;                                                     \
                masked[j] = (int32_t)(words[j] ^ 0x80000000u) >= signed_limit ? scaled : dropped;                \
            }                                                                                                    \
            memcpy(y + o, masked, (size_t)count * sizeof(REAL));                                                 \
        }                                                                                                        \
    }
DROPOUT(float, dropout_f32)
DROPOUT(double, dropout_f64)
#undef DROPOUT

static void bernoulli(int64_t first, int64_t last, int64_t n, uint8_t *restrict y, PhiloxKey key, double probability) {
    const uint64_t limit = (uint64_t)(probability * 4294967296.0);
    uint32_t words[WORDS];
    for (int64_t group = first; group < last; group++) {
        philox(key, group, 0, words);
        for (int j = 0; j < group_size(n, group, WORDS); j++) y[group * WORDS + j] = words[j] < limit;
    }
}

static void random_words(int64_t first, int64_t last, int64_t n, uint32_t *restrict y, PhiloxKey key) {
    uint32_t words[WORDS];
    for (int64_t group = first; group < last; group++) {
        philox(key, group, 0, words);
        memcpy(y + group * WORDS, words, (size_t)group_size(n, group, WORDS) * sizeof(uint32_t));
    }
}

/* floor(word * range / 2^64): each value's probability is off by less than range / 2^64 of itself. range 0 means 2^64. */
static inline uint64_t below(uint64_t word, uint64_t range) {
    return range ? (uint64_t)(((unsigned __int128)word * range) >> 64) : word;
}

static void integers(int64_t first, int64_t last, int64_t n, int64_t *restrict y, PhiloxKey key, int64_t low, uint64_t range) {
    uint64_t words[WORDS / 2];
    for (int64_t group = first; group < last; group++) {
        philox64(key, group, 0, words);
        for (int j = 0; j < group_size(n, group, WORDS / 2); j++)
            y[group * (WORDS / 2) + j] = (int64_t)((uint64_t)low + below(words[j], range));
    }
}

/* A permutation of 0 .. n - 1 by Fisher and Yates; step j uses word j of the draw. */
static void permutation(int64_t n, int64_t *y, PhiloxKey key) {
    uint64_t words[WORDS / 2];
    for (int64_t o = 0; o < n; o += WORDS / 2) {
        philox64(key, o / (WORDS / 2), 0, words);
        for (int64_t j = o; j < n && j < o + WORDS / 2; j++) {
            const int64_t k = (int64_t)below(words[j - o], (uint64_t)j + 1);
            y[j] = y[k];
            y[k] = j;
        }
    }
}

#endif
