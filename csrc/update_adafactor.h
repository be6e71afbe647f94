/* Adafactor's passes over a matrix or a vector of weights. The formulas stand in update_adafactor.pyx. */
#ifndef PYSEQ_UPDATE_ADAFACTOR_H
#define PYSEQ_UPDATE_ADAFACTOR_H

#include "exact.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Sums are in double over blocks that are in the weights' dtype: BLOCK numbers of a row, in CHAINS chains; FEW of a column. */
enum { CHAINS = 16, BLOCK = 256, FEW = 16 };

#define REAL float
#define OF(name) name##_f32
#define SQRT sqrtf
#define POW powf
#include "update_adafactor_loops.h"
#undef REAL
#undef OF
#undef SQRT
#undef POW

#define REAL double
#define OF(name) name##_f64
#define SQRT sqrt
#define POW pow
#include "update_adafactor_loops.h"
#undef REAL
#undef OF
#undef SQRT
#undef POW

#endif
