/* Activation functions and their gradients over contiguous runs, for any kernel's last write.

   activate_T(code, attr, x, y, n):              y = f(x); x may be y.
   activate_grad_T(code, attr, dy, x, y, dx, n): dx = dy f'(x); dx may be dy. Only y is looked at where
                                                 activation_from_output(code) says so, else only x; the other may be
                                                 any readable array of n elements.

   An element's bits depend neither on where it stands nor on n: what is left of a run goes through the same vectors.
   Kinks are TensorFlow's, and so is what NaN gives.
   attr: elu, leaky_relu: alpha (not below 0);
         general_relu: alpha, threshold, lowest value, highest value, the largest x at which the slope is 1.  */
#ifndef PYSEQ_ACTIVATION_H
#define PYSEQ_ACTIVATION_H

#include "vecmath.h"

enum {
    ACT_LINEAR, ACT_RELU, ACT_SIGMOID, ACT_TANH, ACT_SELU, ACT_ELU, ACT_LEAKY_RELU, ACT_SOFTPLUS, ACT_SOFTSIGN, ACT_SWISH,
    ACT_GELU, ACT_GELU_TANH, ACT_EXPONENTIAL, ACT_HARD_SIGMOID, ACT_GENERAL_RELU, ACT_MISH, ACT_LOG_SIGMOID, N_ACTIVATIONS
};

static inline int activation_from_output(int code) {
    return code <= ACT_LEAKY_RELU || code == ACT_EXPONENTIAL;
}

/* Klambauer et al., 2017, "Self-normalizing neural networks". */
#define SELU_ALPHA 1.6732632423543772848170429916717
#define SELU_SCALE 1.0507009873554804934193349852946

#define T float
#define V vf32
#define VU vf32u
#define I vi32
#define LANES SIMD_F32
#define NAME(x) x##_f32
#include "activation_loops.h"

#define T double
#define V vf64
#define VU vf64u
#define I vi64
#define LANES SIMD_F64
#define NAME(x) x##_f64
#include "activation_loops.h"

#endif
