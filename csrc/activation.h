/* Activation functions and their gradients over contiguous runs, for any kernel's last write.

   activate_T(code, attr, x, y, n):             y = f(x); x may be y.
   activate_grad_T(code, attr, dy, x, y, dx, n): dx = dy f'(x), from y alone where NEEDS_Y says so; dx may be dy.

   An element's bits do not depend on where it stands or on n: the rest of a run goes through the same vectors.
   attr: relu: alpha, max_value (inf: none), threshold;  elu, leaky_relu: alpha.  */
#ifndef PYSEQ_ACTIVATION_H
#define PYSEQ_ACTIVATION_H

#include "vecmath.h"

enum {
    ACT_LINEAR, ACT_RELU, ACT_SIGMOID, ACT_TANH, ACT_SELU, ACT_ELU, ACT_LEAKY_RELU, ACT_SOFTPLUS, ACT_SOFTSIGN, ACT_SWISH,
    ACT_GELU, ACT_GELU_TANH, ACT_EXPONENTIAL, ACT_HARD_SIGMOID, ACT_GENERAL_RELU, ACT_MISH, N_ACTIVATIONS
};

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
