/* Adafactor's passes over a matrix or a vector of weights. The formulas stand in update_adafactor.pyx. */
#ifndef PYSEQ_UPDATE_ADAFACTOR_H
#define PYSEQ_UPDATE_ADAFACTOR_H

#include "exact.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { CHAINS = 16 };              /* a sum is so many chains, then pairs: the same order under every instruction set */

static double sum_of_chains(double *s) {
    for (int width = CHAINS / 2; width > 0; width /= 2)
        for (int k = 0; k < width; k++) s[k] += s[k + width];
    return s[0];
}

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
