/* Matrix product  C = A B  (or C += A B), then bias and activation; float32 and float64 from gemm_loops.h.

   A (M, K) and C (M, N) are addressed by strides; B (K, N) has unit stride along N or along K.  An element of C is one
   chain of fused multiply-adds in k, from 0 (or the old C) upward, whatever the blocking, the path and the position: when
   k is cut in blocks the chain goes on from what is stored.  (The baseline without FMA: one chain of multiply, add.)

   The tile: MR rows x NV vectors of accumulators.  Few rows take more vectors, so that there are enough chains to hide
   the latency of the FMA unit.  Rows are cut in even panels.

   Two paths, same bits:
     in place   B has unit stride along N and few row panels would use a packed copy of it: B is read where it is.
     packed     B in panels of KC x NR (L2), A in panels of KC x MR when B is wide.

   Scratch: thread-local, at most KC * (NC + MR_MAX * A_PANELS) elements, 1.6 MB for float32.  */
#ifndef PYSEQ_GEMM_H
#define PYSEQ_GEMM_H

#include <stddef.h>
#include <stdlib.h>

#include "activation.h"
#include "simd.h"

#if defined(__AVX512F__) || defined(__aarch64__)
#define GEMM_MR 12
#elif defined(__AVX2__)
#define GEMM_MR 6
#else
#define GEMM_MR 4
#endif

/* The tiles there are: rows x vectors of accumulators, as many as the registers hold beside a row of B. */
#if GEMM_MR == 12
#define GEMM_TILES_1(X) X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1) X(9, 1) X(10, 1) X(11, 1) X(12, 1)
#define GEMM_TILES_2(X) X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 2) X(8, 2) X(9, 2) X(10, 2) X(11, 2) X(12, 2)
#define GEMM_TILES_4(X) X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4)
#define GEMM_TILES_8(X) X(1, 8) X(2, 8)
#elif GEMM_MR == 6
#define GEMM_TILES_1(X) X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1)
#define GEMM_TILES_2(X) X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)
#define GEMM_TILES_4(X) X(1, 4) X(2, 4) X(3, 4)
#define GEMM_TILES_8(X) X(1, 8)
#else
#define GEMM_TILES_1(X) X(1, 1) X(2, 1) X(3, 1) X(4, 1)
#define GEMM_TILES_2(X) X(1, 2) X(2, 2) X(3, 2) X(4, 2)
#define GEMM_TILES_4(X) X(1, 4) X(2, 4)
#define GEMM_TILES_8(X) X(1, 8)
#endif
#define GEMM_NR 2                    /* vectors of a panel of packed B */

enum { GEMM_KC = 256, GEMM_NC = 1024, GEMM_MC = 192 };

typedef struct {
    int64_t m, n, k;
    int64_t a_row, a_k;              /* strides of A, elements */
    int64_t b_k, b_col;              /* strides of B; one of them is 1 */
    int64_t c_row;                   /* stride of C; columns are adjacent */
    int accumulate;                  /* start from the old C? */
    int activation;                  /* code of activation.h */
    const double *attr;              /* of the activation */
} GemmShape;

/* Scratch of this thread, grown to what is asked; kept until the thread ends. */
static inline void *gemm_scratch(size_t bytes) {
    static _Thread_local void *block;
    static _Thread_local size_t size;
    if (bytes > size) {
        free(block);
        block = NULL;
        size = 0;
        if (posix_memalign(&block, 64, bytes)) return NULL;
        size = bytes;
    }
    return block;
}

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define INT int32_t
#define NAME(x) x##_f32
#include "gemm_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define INT int64_t
#define NAME(x) x##_f64
#include "gemm_loops.h"

/* The machine's peak: as many independent chains as hide the latency, nothing but multiply-adds. */
enum { FMA_CHAINS = 12 };
static int64_t fma_flops_per_round(void) { return (int64_t)2 * FMA_CHAINS * SIMD_F32; }
static __attribute__((noinline)) double fma_rounds(int64_t rounds) {
    vf32 acc[FMA_CHAINS], x = (vf32){0} + 0.999999f, y = (vf32){0} + 1e-6f, sum = {0};
    for (int j = 0; j < FMA_CHAINS; j++) acc[j] = (vf32){0} + (float)j;
    for (int64_t r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (int j = 0; j < FMA_CHAINS; j++) acc[j] = acc[j] * x + y;
    for (int j = 0; j < FMA_CHAINS; j++) sum += acc[j];
    return sum[0];
}

#endif
