/* exp, expm1, log, log1p, tanh, sigmoid, softplus, erf of vectors, float32 and float64.

   Written in C vector extensions, so that every lane of every instruction set takes the same steps.  Limits as in C's
   math.h; NaN in, NaN out; a result below the normal numbers may be 0 (the engine flushes denormals).

   exp      x = n ln 2 + r, |r| <= ln 2 / 2;  2^n (1 + r + r^2 P(r)); what 1 + r rounds off is added back.
   expm1    2^n (r + r^2 P(r)) + (2^n - 1), with what rounding takes from r and from the first sum added back.
   log      x = 2^n (1 + f), 1 + f in [sqrt 1/2, sqrt 2);  n ln 2 + log1p(f).  float64: by s = f / (2 + f).
   log1p    u = 1 + x as above; what 1 + x rounds off joins f.
   tanh     t / (t + 2), t = expm1(2 |x|), with the sign of x.
   sigmoid  e = exp(-|x|);  1 / (1 + e) for x >= 0, e / (1 + e) below.
   softplus max(x, 0) + log1p(exp(-|x|)).
   erf      x + x P(x^2) near 0;  1 - erfc(|x|) beyond.

   Coefficients: 1/k! or from vecmath_fit.py.  Largest errors found, in units of the last place, with FMA or without:
               exp    expm1  log    log1p  tanh   sigmoid  softplus  erf
     float32   0.74   1.03   0.81   1.38   1.83   1.86     1.65      1.35
     float64   0.75   1.16   0.76   0.78   1.87   1.79     1.64      1.29  */
#ifndef PYSEQ_VECMATH_H
#define PYSEQ_VECMATH_H

#include <math.h>

#include "quotient.h"
#include "simd.h"

#define T float
#define V vf32
#define I vi32
#define NAME(x) x##_f32
#define MANTISSA 23
#define BIAS 127
#define SHIFTER 12582912.0f                           /* 1.5 2^23: x + SHIFTER has the nearest integer in its low bits */
#define LN2_HIGH 0.693359375f                         /* n LN2_HIGH is exact */
#define LN2_LOW -2.12194440e-4f
#define EXP_TOP 89.0f                                 /* beyond these the result is inf and 0 */
#define EXP_BOTTOM -105.0f
#define EXPM1_TOP 89.0f
#define EXPM1_BOTTOM -18.0f                           /* expm1 is -1 to the last bit */
#define TANH_TOP 9.1f                                 /* tanh is 1 */
#define EXP_NORMAL -87.3f                             /* below, exp is no normal number */
#define ERF_SPLIT 0.93f
#define ERF_TOP 4.0f                                  /* erf is 1 */
#define EXP_REST(r)                                                                                                    \
    ((((((V){0} + 1.99135692e-4f) * r + 1.39410197e-3f) * r + 8.33327414e-3f) * r + 4.16663545e-2f) * r +              \
     1.66666668e-1f) * r + 0.5f
#define ERF_NEAR_0(s)                                                                                                  \
    (((((8.34522488e-5f * s - 8.13743756e-4f) * s + 5.20063431e-3f) * s - 2.68592708e-2f) * s + 1.12836939e-1f) * s -  \
     3.76126337e-1f) * s + 1.28379167e-1f

/* log(1 + f) + n ln 2 */
ALWAYS_INLINE vf32 log_sum_f32(vf32 f, vf32 n) {
    vf32 z = f * f;
    vf32 p = f * -7.86155766e-2f + 1.28837964e-1f;
    p = p * f - 1.31290236e-1f;
    p = p * f + 1.41809119e-1f;
    p = p * f - 1.66245013e-1f;
    p = p * f + 2.00022970e-1f;
    p = p * f - 2.50008120e-1f;
    p = p * f + 3.33333166e-1f;
    return n * LN2_HIGH + (f + (f * z * p + n * LN2_LOW - 0.5f * z));
}

/* 1 - erf(t), t in [ERF_SPLIT, ERF_TOP]: exp of a polynomial */
ALWAYS_INLINE vf32 exp_f32(vf32 x);
ALWAYS_INLINE vf32 erfc_f32(vf32 t) {
    vf32 p = t * -2.12787680e-5f + 4.36575053e-4f;
    p = p * t - 4.18124147e-3f;
    p = p * t + 2.51460797e-2f;
    p = p * t - 1.08321072e-1f;
    p = p * t - 6.33309875e-1f;
    p = p * t - 1.12953315f;
    p = p * t + 1.78452426e-4f;
    return exp_f32(p);
}
#include "vecmath_functions.h"

#define T double
#define V vf64
#define I vi64
#define NAME(x) x##_f64
#define MANTISSA 52
#define BIAS 1023
#define SHIFTER 6755399441055744.0                    /* 1.5 2^52 */
#define LN2_HIGH 6.93147180369123816490e-01           /* 32 bits, as in fdlibm */
#define LN2_LOW 1.90821492927058770002e-10
#define EXP_TOP 710.0
#define EXP_BOTTOM -746.0
#define EXPM1_TOP 710.0
#define EXPM1_BOTTOM -40.0
#define EXP_NORMAL -708.3
#define TANH_TOP 19.1
#define ERF_SPLIT 1.0
#define ERF_TOP 6.0
/* 1/2! to 1/13! */
#define EXP_REST(r)                                                                                                    \
    ((((((((((((V){0} + 1.6059043836821613e-10) * r + 2.08767569878681e-9) * r + 2.505210838544172e-8) * r +           \
             2.755731922398589e-7) * r + 2.7557319223985893e-6) * r + 2.48015873015873e-5) * r +                       \
          1.984126984126984e-4) * r + 1.388888888888889e-3) * r + 8.333333333333333e-3) * r +                          \
       4.1666666666666664e-2) * r + 1.6666666666666666e-1) * r + 0.5
#define ERF_NEAR_0(s)                                                                                                  \
    ((((((((((-7.8424293466839148e-10 * s + 1.3744744867714158e-8) * s - 1.6214113292650708e-7) * s +                  \
            1.6448147207333134e-6) * s - 1.4924794248096518e-5) * s + 1.2055297818931956e-4) * s -                     \
         8.5483260704272883e-4) * s + 5.2239776090566951e-3) * s - 2.6866170643471649e-2) * s +                        \
      1.1283791670946478e-1) * s - 3.7612638903183576e-1) * s + 1.2837916709551257e-1

ALWAYS_INLINE vf64 log_sum_f64(vf64 f, vf64 n) {
    vf64 s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    vf64 p = z * 1.4797135461562846e-1 + 1.5313934449035899e-1;
    p = p * z + 1.8183568772322631e-1;
    p = p * z + 2.2222198489289247e-1;
    p = p * z + 2.8571428743191585e-1;
    p = p * z + 3.9999999999411096e-1;
    p = p * z + 6.6666666666667351e-1;
    return n * LN2_HIGH - ((half - (s * (half + z * p) + n * LN2_LOW)) - f);
}

/* exp(-t^2) times a polynomial in q = (t - 2.5) / (t + 2.5): erfcx. */
ALWAYS_INLINE vf64 exp_f64(vf64 x);
ALWAYS_INLINE vf64 erfc_f64(vf64 t) {
    vf64 q = (t - 2.5) / (t + 2.5);
    vf64 p = q * -7.7164464790387205e-7 + 7.0992612231872404e-6;
    p = p * q + 1.7885197097639925e-5;
    p = p * q - 3.4229028434901711e-5;
    p = p * q - 1.2874968174383063e-4;
    p = p * q + 2.2840582939131379e-4;
    p = p * q + 8.7590606710473298e-4;
    p = p * q - 2.6423688255153631e-3;
    p = p * q - 3.9937009510211119e-3;
    p = p * q + 3.9922539197006696e-2;
    p = p * q - 1.2503305237526238e-1;
    p = p * q + 2.5171319321587005e-1;
    p = p * q - 3.7173673394908269e-1;
    p = p * q + 2.1080636406114386e-1;
    return exp_f64(-t * t) * p;
}
#include "vecmath_functions.h"

#endif
