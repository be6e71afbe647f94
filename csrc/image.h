/* Weighted sums of rows and pixels of images, floats of both widths, and bytes summed as floats. */
#ifndef PYSEQ_IMAGE_H
#define PYSEQ_IMAGE_H

#include <stdint.h>
#include <string.h>

#include "simd.h"

enum { FEW = 2 };                  /* channels up to which columns are looked up element by element */

#define S float
#define X float
#define NAME(x) image_##x##_f32
#define PIXELS
#include "image_loops.h"

#define S double
#define X double
#define NAME(x) image_##x##_f64
#define PIXELS
#include "image_loops.h"

#define S float
#define X uint8_t
#define NAME(x) image_##x##_u8
#include "image_loops.h"

#endif
