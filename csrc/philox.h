/* Philox 4x32-10, a counter-based generator: four random words are a function of a 64-bit key and a 128-bit counter.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * Words come in groups of LANES blocks, that is 64 words, and row r holds word r of every block, so that a vector needs no
 * transposing. A draw numbers its elements through the rows of its groups, whatever the instruction set's width:
 *     element j of 32 bits: group j / 64, row j / 16 % 4, lane j % 16         (64 bits: two rows make one, 32 to a group)
 * The counter of a block: its number in 64 bits, the attempt (of rejection sampling) in 64.
 */
#ifndef PYSEQ_PHILOX_H
#define PYSEQ_PHILOX_H

#include <stdint.h>
#include <string.h>
#include "simd.h"
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

enum { LANES = 16, WORDS = 4 * LANES };

typedef struct { uint64_t seed, counter; } PhiloxKey;
typedef uint64_t vu64 __attribute__((vector_size(SIMD_BYTES)));

/* a * b of the lower halves of 64-bit lanes. Intrinsics, since compilers turn the C for it into full 64-bit products:
 * 1e6 words took 1.36 ms with AVX-512 and 2.3 ms with AVX2, against 0.60 and 1.2 ms. */
ALWAYS_INLINE vu64 wide_product(vu64 a, vu64 b) {
#if SIMD_BYTES == 64
    return (vu64)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif SIMD_BYTES == 32 && defined(__AVX2__)
    return (vu64)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif SIMD_BYTES == 16 && defined(__SSE2__)
    return (vu64)_mm_mul_epu32((__m128i)a, (__m128i)b);
#elif SIMD_BYTES == 16 && defined(__ARM_NEON)
    return (vu64)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#else
    return (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu);
#endif
}

/* The words of the blocks key.counter + LANES * group + 0 .. LANES - 1. A 32-bit word sits in a 64-bit lane whose upper half
 * is garbage; even and odd blocks go in two vectors, so that one shift and one blend put them side by side in the end. */
ALWAYS_INLINE void philox(PhiloxKey key, int64_t group, uint64_t attempt, uint32_t words[WORDS]) {
    static const uint64_t NUMBERS[8] = {0, 2, 4, 6, 8, 10, 12, 14};
    const uint64_t block = key.counter + (uint64_t)LANES * (uint64_t)group;
    const vu64 zero = {0}, m0 = zero + 0xD2511F53u, m1 = zero + 0xCD9E8D57u, low = zero + 0xFFFFFFFFu;
    vu64 numbers;
    memcpy(&numbers, NUMBERS, sizeof numbers);
    for (int lane = 0; lane < LANES; lane += 2 * SIMD_F64) {
        vu64 c0[2], c1[2], c2[2], c3[2];
        uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32);
        for (int odd = 0; odd < 2; odd++) {
            c0[odd] = numbers + (block + (uint64_t)(lane + odd));
            c1[odd] = c0[odd] >> 32;
            c2[odd] = zero + attempt;
            c3[odd] = zero + (attempt >> 32);
        }
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            for (int odd = 0; odd < 2; odd++) {
                const vu64 p0 = wide_product(c0[odd], m0), p1 = wide_product(c2[odd], m1);
                c0[odd] = (p1 >> 32) ^ c1[odd] ^ k0;
                c2[odd] = (p0 >> 32) ^ c3[odd] ^ k1;
                c1[odd] = p1;
                c3[odd] = p0;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        const vu64 out[4] = {(c0[0] & low) | (c0[1] << 32), (c1[0] & low) | (c1[1] << 32),
                             (c2[0] & low) | (c2[1] << 32), (c3[0] & low) | (c3[1] << 32)};
        for (int row = 0; row < 4; row++) memcpy(words + row * LANES + lane, &out[row], sizeof out[row]);
    }
}

ALWAYS_INLINE void philox64(PhiloxKey key, int64_t group, uint64_t attempt, uint64_t words[WORDS / 2]) {
    uint32_t half[WORDS];
    philox(key, group, attempt, half);
    for (int r = 0; r < 2; r++)
        for (int lane = 0; lane < LANES; lane++)
            words[r * LANES + lane] = half[2 * r * LANES + lane] | (uint64_t)half[(2 * r + 1) * LANES + lane] << 32;
}

#endif
