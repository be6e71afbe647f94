/* Matrix product  C = A B  (or C += A B), then bias and activation; float32 and float64 from gemm_loops.h.

   A (M, K) and B (K, N) are addressed by strides, one of each matrix's two being 1; C (M, N) has adjacent columns.  An
   element of C is one chain of fused multiply-adds in k, from 0 (or the old C) upward: where k is cut, the chain goes on from
   what is stored.  So its bits depend on its row of A and its column of B alone: not on M, N, position, path or blocking.
   (The baseline has no FMA: one chain of multiply, add.)

   The tile is MR rows x NV vectors of accumulators, for every k a row of B times MR numbers of A. Fewer rows take more
   vectors, so that there are enough chains to hide the latency of the FMA unit. Rows are cut in even panels: 32 is 11 + 11 + 10.

       for columns of NC, for k of KC, for rows of MC:   (rows before k where all of B's k fit in L2)
           A (MC, KC): read where it is, or packed panel by panel if B is wide enough to pay for that
           for strips of NV vectors:       B (KC, NV): stays in L1 or close to it
               for panels of MR rows:      A (MR, KC): streams from L2

   A strip of B is packed by its first tile, which reads it anyway; one that has a single panel of rows is never packed. B with
   unit stride along k is turned in registers while it is packed. What hardware does not foresee is fetched by the tiles: the
   next strip of B (rows often a page apart), the next rows of A and of C.

   On a Xeon of 2023 a tile in L1 reaches 97 % of the FMA peak, 1024^3 about 80 % and MKL the same: C passes through L3 once
   for each block of k, A is packed (4 %), and each strip comes from L2 once for each block of rows.

   Scratch (scratch.h): at most PACKED_B + KC * MC elements, 2.5 MB for float32 with AVX-512, 0.7 MB
   without (twice that for float64).  */
#ifndef PYSEQ_GEMM_H
#define PYSEQ_GEMM_H

#include <stddef.h>

#include "activation.h"
#include "norm_columns.h"
#include "partial.h"
#include "scratch.h"
#include "simd.h"

/* The tiles there are: rows x vectors of accumulators, as many as the registers hold beside a row of B and a number of A. */
#if defined(__AVX512F__) || defined(__aarch64__)
#define GEMM_MR 12
#define GEMM_TALL(X, nv) X(1, nv) X(2, nv) X(3, nv) X(4, nv) X(5, nv) X(6, nv) \
                         X(7, nv) X(8, nv) X(9, nv) X(10, nv) X(11, nv) X(12, nv)
#define GEMM_TILES_4(X) X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4)
#define GEMM_TILES_8(X) X(1, 8) X(2, 8)
#elif defined(__AVX2__)
#define GEMM_MR 6
#define GEMM_TALL(X, nv) X(1, nv) X(2, nv) X(3, nv) X(4, nv) X(5, nv) X(6, nv)
#define GEMM_TILES_4(X) X(1, 4) X(2, 4)
#define GEMM_TILES_8(X) X(1, 8)
#else
#define GEMM_MR 4
#define GEMM_TALL(X, nv) X(1, nv) X(2, nv) X(3, nv) X(4, nv)
#define GEMM_TILES_4(X) X(1, 4) X(2, 4)
#define GEMM_TILES_8(X) X(1, 8)
#endif

/* Blocks, in elements: A (MC, KC) shares L2 with B (KC, NC), or NC is what L3 serves well where L2 is small. */
#ifndef GEMM_KC
#if defined(__AVX512F__)
#define GEMM_KC 512
#define GEMM_MC 240
#define GEMM_NC 1024
#else
#define GEMM_KC 256
#define GEMM_MC 144
#define GEMM_NC 512
#endif
#endif
enum { GEMM_PACKED_B = GEMM_KC * GEMM_NC, GEMM_WIDE = 4, GEMM_DESCENT_K = 256 };  /* all of k in one block */
_Static_assert(GEMM_DESCENT_K <= GEMM_KC, "a descent needs all of k in one block");

typedef struct {
    int64_t m, n, k;
    int64_t a_row, a_k;              /* strides of A, elements; one of them is 1 */
    int64_t b_k, b_col;              /* strides of B; one of them is 1 */
    int64_t c_row;                   /* stride of C */
    int accumulate;                  /* start from the old C? */
    int activation;                  /* code of activation.h, with what norm_columns.h sets beside it */
    const double *attr;              /* of the activation */
    const void *beside;              /* like C: added if the code says so, else C times the activation's slope there; or NULL */
    NormColumns norm;                /* of C's columns, if the activation's code says so */
    const void *rate;                /* one number: C -= rate A B instead, for k of at most GEMM_DESCENT_K; or NULL */
} GemmShape;

/* Keeps the compiler from computing pointers ahead of their use (a dozen at a time, then spilled). */
#define OPAQUE(p) __asm__("" : "+r"(p))

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
static __attribute__((noinline)) float fma_rounds(int64_t rounds) {
    vf32 acc[FMA_CHAINS], x = (vf32){0} + 0.999999f, y = (vf32){0} + 1e-6f, sum = {0};
    for (int j = 0; j < FMA_CHAINS; j++) acc[j] = (vf32){0} + (float)j;
    for (int64_t r = 0; r < rounds; r++)
#pragma GCC unroll 12
        for (int j = 0; j < FMA_CHAINS; j++) acc[j] = acc[j] * x + y;
    for (int j = 0; j < FMA_CHAINS; j++) sum += acc[j];
    return sum[0];
}

#endif
