/* Convolution over channels-last arrays of up to three axes, as matrix products whose left operand is never written out.

   y = conv(x, w):      Y (pixels of y, F) = A (pixels of y, taps * C) W (taps * C, F)
   gradient of w:       dW = A^T dY
   gradient of x:       the same as forward with dY in the place of x and the kernel turned, once for each class of pixels
                        of x that meet the same taps: class r holds r, r + stride, ...; without stride there is one class

   A row of A is what the taps see from one pixel: runs of channels of x, zeros where the window hangs over the edge. A block
   holds the lines of x that some hundred pixels of y see, each once, padded with zeros (conv_direct_loops.h). The tiles of gemm.h read
   A from it in place: rows are as far apart as the pixels of a line are, k is a list of segments (a line of the window, if
   its taps touch, or a tap). Lines of the window that see padding alone are left out. 1 x 1 without stride reads x itself (but for
   dW where its columns would share few sets of the cache). Where a window is larger than a block, windows are copied, a part
   of k at a time.

   Few rows of a large kernel are bound by reading it: there k is cut in pieces, whose next is fetched while all columns of this one
   are multiplied. (A strip of the whole k has rows a power of two apart, which share few sets of L2, and comes late.) What the next
   block sees of x, and of dY, is fetched likewise.

   k is cut by k alone and a product goes on from what is stored: an element of y is one chain in (taps, c), an element of dW one chain
   over the pixels of a chunk (see conv.pyx). So bits depend neither on the batch nor on how parts are cut.

   Scratch: CONV_A elements for A (as many for C where classes of windows are copied), and a strip of the kernel of DIRECT_K rows and
   eight vectors or what gemm.h says: 1 MB + 2.5 MB for float32, whatever the batch.

   On a Xeon of 2023 a tile whose strip comes from L2 does up to 88 % of the FMA peak, and each has a fixed cost of some 240
   cycles: 7 % where a window has 288 numbers (3 x 3 x 32).  */
#ifndef PYSEQ_CONV_H
#define PYSEQ_CONV_H

#include "conv_axis.h"
#include "gemm.h"

#ifndef CONV_A
#define CONV_A (GEMM_KC * 240)       /* elements of a block of A */
#define CONV_ROWS_MAX 960            /* its rows at most */
#define CONV_KERNEL_A CONV_A         /* the same for dW */
#endif
enum { CONV_K = GEMM_KC };           /* its columns at most */
enum {
    CONV_DIRECT_K = 4608,            /* rows of a strip of the kernel at most */
    CONV_KERNEL_ROWS = 256,          /* pixels of a block of dW */
    CONV_SHORT = 6,                  /* of k: fewer in a run make poor tiles of dW */
    CONV_FEW = 240, CONV_LARGE_B = 1 << 18,      /* a block of so few rows takes a kernel of more elements piece by piece of k */
    CONV_SEGMENTS = 512, CONV_PIECES = 64, CONV_LINES = 512,
};

/* The matrix A: rows are (image, pixel), columns (tap, channel). */
typedef struct {
    ConvAxis axis[3];                /* depth, height, width */
    int64_t channels;                /* of a group: the run that a tap sees */
    int64_t pixel;                   /* elements from one pixel of the source to the next */
} ConvView;

static inline int64_t conv_rows_per_image(const ConvView *v) { return v->axis[0].count * v->axis[1].count * v->axis[2].count; }
static inline int64_t conv_columns(const ConvView *v) {
    return v->axis[0].taps * v->axis[1].taps * v->axis[2].taps * v->channels;
}

#define T float
#define V vf32
#define VU vf32u
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "conv_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "conv_loops.h"

#endif
