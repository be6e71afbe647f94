/* Optimizer updates over flat arrays, each element read once and written once. The formulas stand in update.pyx. */
#ifndef PYSEQ_UPDATE_H
#define PYSEQ_UPDATE_H

#include "exact.h"
#include <math.h>
#include <stdint.h>

#ifdef __AVX512F__
#include "update_adam.h"
#endif

enum { FTRL_SQRT, FTRL_ONE, FTRL_POWER };

#define REAL float
#define OF(name) name##_f32
#define SQRT sqrtf
#define POW powf
#define ABS fabsf
#include "update_loops.h"
#undef REAL
#undef OF
#undef SQRT
#undef POW
#undef ABS

#define REAL double
#define OF(name) name##_f64
#define SQRT sqrt
#define POW pow
#define ABS fabs
#include "update_loops.h"
#undef REAL
#undef OF
#undef SQRT
#undef POW
#undef ABS

/* Nadam's momentum of step t: it rises from beta_1 / 2 to beta_1. */
static inline double nadam_momentum(int64_t t, double beta_1, double decay) {
    return beta_1 * (1 - 0.5 * pow(0.96, decay * (double)t));
}

/* The product of the momenta of steps 1 to t. known: {a step, the product up to it}, so that a step is one factor more; where
   the count has been set to something else (state from a file), the product begins anew. */
static double nadam_product(int64_t t, double beta_1, double decay, double *known) {
    int64_t s = (int64_t)known[0];
    double product = known[1];
    if (s != t - 1 && s != t) {
        s = 0;
        product = 1;
    }
    while (s < t && product > 0) product *= nadam_momentum(++s, beta_1, decay);
    known[0] = (double)t;
    known[1] = product;
    return product;
}

#endif
