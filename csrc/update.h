/* Optimizer updates over flat arrays, each element read once and written once. The formulas stand in update.pyx. */
#ifndef PYSEQ_UPDATE_H
#define PYSEQ_UPDATE_H

#include "exact.h"
#include <math.h>
#include <stdint.h>

#ifdef __AVX512F__
#include "update_adam.h"
#endif

#define REAL float
#define OF(name) name##_f32
#define SQRT sqrtf
#define POW powf
#include "update_loops.h"
#undef REAL
#undef OF
#undef SQRT
#undef POW

#define REAL double
#define OF(name) name##_f64
#define SQRT sqrt
#define POW pow
#include "update_loops.h"
#undef REAL
#undef OF
#undef SQRT
#undef POW

#endif
