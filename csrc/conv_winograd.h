/* 3 x 3 convolution without stride by Winograd's minimal filtering F(2 x 2, 3 x 3): Lavin and Gray, 2015, "Fast algorithms for
   convolutional neural networks".

   y's 2 x 2 pixels of a tile come from x's 4 x 4:   Y = A' [ sum over c of (G g G') (B' d B) ] A,   16 products where 36 were.

       B' = 1  0 -1  0      G = 1    0    0      A' = 1  1  1  0
            0  1  1  0          1/2  1/2  1/2         0  1 -1 -1
            0 -1  1  0          1/2 -1/2  1/2
            0  1  0 -1          0    0    1

   The 16 sums over c are matrix products: V (16, tiles, C) U (16, C, F) = M (16, tiles, F).
   gradient of x:       the same with dY in the place of x and the kernel turned, whose U is U with planes 0 and 3 exchanged
   gradient of kernel:  dU = V' (A dY A') for each of the 16, summed over tiles, then G' dU G

   The factors are 0, 1 and 1/2, and the chains are nine times shorter: errors are no larger than those of the plain product (3e-6 rms
   beside 5e-6 where 288 numbers near 1 are summed). Tiles are independent, and an element of M is one chain in
   c, so bits depend neither on the batch nor on how parts are cut. Infinities, NaN and numbers within a factor of 16 of the type's
   largest spread to all four pixels of their tiles.

   Scratch: WINOGRAD_SCRATCH elements, or what GEMM_MR tiles need if that is more (16 (C + 64) GEMM_MR elements), and what gemm.h says.  */
#ifndef PYSEQ_CONV_WINOGRAD_H
#define PYSEQ_CONV_WINOGRAD_H

#include "gemm.h"

#ifndef WINOGRAD_SCRATCH
#define WINOGRAD_SCRATCH (3 << 17)   /* elements: 1.5 MB of float32 */
#endif
enum {
    WINOGRAD_COLUMNS = 64,          /* of M at a time */
    WINOGRAD_TILES_MAX = 240,
    WINOGRAD_LINE = 16,              /* elements between planes, so that the 16 do not meet in L1 */
};

typedef struct {
    int64_t n;                       /* images */
    int64_t height, width, channels; /* of the source */
    int64_t rows, columns, filters;  /* of the target */
    int64_t above, left;             /* padding before the first pixel */
} Winograd;

static inline int64_t winograd_down(const Winograd *w) { return (w->rows + 1) / 2; }
static inline int64_t winograd_across(const Winograd *w) { return (w->columns + 1) / 2; }

/* Tiles of a block, so that `each` elements of scratch for each fit. */
static inline int64_t winograd_tiles(int64_t each) {
    const int64_t most = WINOGRAD_SCRATCH / each / GEMM_MR * GEMM_MR;
    return most > WINOGRAD_TILES_MAX ? WINOGRAD_TILES_MAX : most < GEMM_MR ? GEMM_MR : most;
}

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "conv_winograd_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "conv_winograd_loops.h"

#endif
