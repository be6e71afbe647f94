/* exp, expm1, log, log1p, tanh, sigmoid, softplus, erf of vectors, float32 and float64.

   Written in C vector extensions, so that every lane of every instruction set computes the same steps.  Denormals are
   zero (the engine sets that).  NaN in, NaN out; limits as in C's math.h.

   exp      x = n ln 2 + r, |r| <= ln 2 / 2;  2^n (1 + r + r^2 p(r)).     Coefficients: Cephes (Moshier), expf.c, exp.c.
   expm1    2^n expm1(r) + (2^n - 1): no cancellation near 0.
   log      x = 2^n m, m in [sqrt 1/2, sqrt 2): log1p(m - 1) + n ln 2.     Coefficients: Cephes, logf.c, log.c.
   log1p    u = 1 + x;  log(u) x / (u - 1): what u lost is put back (Kahan; HP-15C manual).
   tanh     -t / (t + 2), t = expm1(-2 |x|), with the sign of x.
   sigmoid  e = exp(-|x|);  1 / (1 + e) for x >= 0, e / (1 + e) below.
   softplus max(x, 0) + log1p(exp(-|x|)).
   erf      float32: x P(x^2) / Q(x^2) on [-4, 4].  float64: the C library's.

   Largest errors measured against float64 / long double are in tests/ops/test_activation.py.  */
#ifndef PYSEQ_VECMATH_H
#define PYSEQ_VECMATH_H

#include <math.h>

#include "simd.h"

/* a where the mask is set (all ones), else b */
ALWAYS_INLINE vf32 select_f32(vi32 mask, vf32 a, vf32 b) { return (vf32)((mask & (vi32)a) | (~mask & (vi32)b)); }
ALWAYS_INLINE vf64 select_f64(vi64 mask, vf64 a, vf64 b) { return (vf64)((mask & (vi64)a) | (~mask & (vi64)b)); }
ALWAYS_INLINE vf32 abs_f32(vf32 x) { return (vf32)((vi32)x & 0x7fffffff); }
ALWAYS_INLINE vf64 abs_f64(vf64 x) { return (vf64)((vi64)x & 0x7fffffffffffffffLL); }
ALWAYS_INLINE vf32 all_f32(float x) { return (vf32){0} + x; }
ALWAYS_INLINE vf64 all_f64(double x) { return (vf64){0} + x; }

/* 2^n for whole n in [-126, 127], as an integer vector. */
ALWAYS_INLINE vf32 power_of_two_f32(vi32 n) { return (vf32)((n + 127) << 23); }
ALWAYS_INLINE vf64 power_of_two_f64(vi64 n) { return (vf64)((n + 1023) << 52); }

/* n = x / ln 2 rounded, r = x - n ln 2; x is finite and in the range of exp. Adding the shifter leaves n in the low bits. */
ALWAYS_INLINE vf32 reduce_f32(vf32 x, vi32 *n) {
    const vf32 shifter = all_f32(12582912.0f);
    vf32 t = x * 1.44269504088896341f + shifter;
    *n = (vi32)t - (vi32)shifter;
    vf32 nf = t - shifter;
    x = x - nf * 0.693359375f;
    return x - nf * -2.12194440e-4f;
}
ALWAYS_INLINE vf64 reduce_f64(vf64 x, vi64 *n) {
    const vf64 shifter = all_f64(6755399441055744.0);
    vf64 t = x * 1.4426950408889634073599 + shifter;
    *n = (vi64)t - (vi64)shifter;
    vf64 nf = t - shifter;
    x = x - nf * 6.93145751953125E-1;
    return x - nf * 1.42860682030941723212E-6;
}

/* expm1 of |r| <= ln 2 / 2 */
ALWAYS_INLINE vf32 small_expm1_f32(vf32 r) {
    vf32 p = r * 1.9875691500E-4f + 1.3981999507E-3f;
    p = p * r + 8.3334519073E-3f;
    p = p * r + 4.1665795894E-2f;
    p = p * r + 1.6666665459E-1f;
    p = p * r + 5.0000001201E-1f;
    return p * (r * r) + r;
}
ALWAYS_INLINE vf64 small_expm1_f64(vf64 r) {
    vf64 z = r * r;
    vf64 p = r * ((z * 1.26177193074810590878E-4 + 3.02994407707441961300E-2) * z + 9.99999999999999999910E-1);
    vf64 q = ((z * 3.00198505138664455042E-6 + 2.52448340349684104192E-3) * z + 2.27265548208155028766E-1) * z +
             2.00000000000000000005E0;
    return 2.0 * (p / (q - p));
}

/* Between these the result is a normal number; x outside (and NaN) is dealt with apart. */
#define EXP_HIGH_F32 88.72283935546875f
#define EXP_LOW_F32 -87.33654475f
#define EXP_HIGH_F64 709.782712893383973096
#define EXP_LOW_F64 -708.396418532264106224

ALWAYS_INLINE vf32 exp_f32(vf32 x) {
    vi32 n, low = (vi32)(x < EXP_LOW_F32), high = (vi32)(x > EXP_HIGH_F32), nan = (vi32)(x != x);
    vf32 y = 1.0f + small_expm1_f32(reduce_f32(select_f32(low | high | nan, (vf32){0}, x), &n));
    vi32 half = n >> 1;                               /* 2^128 is no float, 2^64 2^64 is */
    y = y * power_of_two_f32(half) * power_of_two_f32(n - half);
    y = select_f32(low, (vf32){0}, y);
    y = select_f32(high, all_f32(INFINITY), y);
    return select_f32(nan, x, y);
}
ALWAYS_INLINE vf64 exp_f64(vf64 x) {
    vi64 n, low = (vi64)(x < EXP_LOW_F64), high = (vi64)(x > EXP_HIGH_F64), nan = (vi64)(x != x);
    vf64 y = 1.0 + small_expm1_f64(reduce_f64(select_f64(low | high | nan, (vf64){0}, x), &n));
    vi64 half = n / 2;
    y = y * power_of_two_f64(half) * power_of_two_f64(n - half);
    y = select_f64(low, (vf64){0}, y);
    y = select_f64(high, all_f64(INFINITY), y);
    return select_f64(nan, x, y);
}

ALWAYS_INLINE vf32 expm1_f32(vf32 x) {
    vi32 n, low = (vi32)(x < -20.0f), high = (vi32)(x > 88.0f), nan = (vi32)(x != x);
    vf32 p = small_expm1_f32(reduce_f32(select_f32(low | high | nan, (vf32){0}, x), &n));
    vf32 scale = power_of_two_f32(n), y = scale * p + (scale - 1.0f);
    y = select_f32(low, all_f32(-1.0f), y);
    y = select_f32(high, exp_f32(x), y);
    return select_f32(nan | (vi32)(x == 0.0f), x, y);
}
ALWAYS_INLINE vf64 expm1_f64(vf64 x) {
    vi64 n, low = (vi64)(x < -45.0), high = (vi64)(x > 709.0), nan = (vi64)(x != x);
    vf64 p = small_expm1_f64(reduce_f64(select_f64(low | high | nan, (vf64){0}, x), &n));
    vf64 scale = power_of_two_f64(n), y = scale * p + (scale - 1.0);
    y = select_f64(low, all_f64(-1.0), y);
    y = select_f64(high, exp_f64(x), y);
    return select_f64(nan | (vi64)(x == 0.0), x, y);
}

ALWAYS_INLINE vf32 log_f32(vf32 x) {
    vi32 zero = (vi32)(x == 0.0f), bad = (vi32)(x < 0.0f) | (vi32)(x != x), infinite = (vi32)(x == INFINITY);
    vi32 bits = (vi32)select_f32(zero | bad | infinite, all_f32(1.0f), x);
    vi32 n = (bits >> 23) - 126;
    vf32 m = (vf32)((bits & 0x007fffff) | 0x3f000000);                 /* in [1/2, 1) */
    vi32 below = (vi32)(m < 0.707106781186547524f);
    n += below;                                                        /* a set mask is -1 */
    m = m - 1.0f + select_f32(below, m, (vf32){0});
    vf32 z = m * m, e = __builtin_convertvector(n, vf32);
    vf32 p = m * 7.0376836292E-2f + -1.1514610310E-1f;
    p = p * m + 1.1676998740E-1f;
    p = p * m + -1.2420140846E-1f;
    p = p * m + 1.4249322787E-1f;
    p = p * m + -1.6668057665E-1f;
    p = p * m + 2.0000714765E-1f;
    p = p * m + -2.4999993993E-1f;
    p = p * m + 3.3333331174E-1f;
    vf32 y = p * m * z;
    y = y + e * -2.12194440e-4f;
    y = y - 0.5f * z;
    y = m + y;
    y = y + e * 0.693359375f;
    y = select_f32(zero, all_f32(-INFINITY), y);
    y = select_f32(infinite, x, y);
    return select_f32(bad, all_f32(NAN), y);
}
ALWAYS_INLINE vf64 log_f64(vf64 x) {
    vi64 zero = (vi64)(x == 0.0), bad = (vi64)(x < 0.0) | (vi64)(x != x), infinite = (vi64)(x == INFINITY);
    vi64 bits = (vi64)select_f64(zero | bad | infinite, all_f64(1.0), x);
    vi64 n = ((bits >> 52) & 0x7ff) - 1022;
    vf64 m = (vf64)((bits & 0x000fffffffffffffLL) | 0x3fe0000000000000LL);
    vi64 below = (vi64)(m < 0.70710678118654752440);
    n += below;
    m = m - 1.0 + select_f64(below, m, (vf64){0});
    vf64 z = m * m, e = __builtin_convertvector(n, vf64);
    vf64 p = m * 1.01875663804580931796E-4 + 4.97494994976747001425E-1;
    p = p * m + 4.70579119878881725854E0;
    p = p * m + 1.44989225341610930846E1;
    p = p * m + 1.79368678507819816313E1;
    p = p * m + 7.70838733755885391666E0;
    vf64 q = m + 1.12873587189167450590E1;
    q = q * m + 4.52279145837532221105E1;
    q = q * m + 8.29875266912776603211E1;
    q = q * m + 7.11544750618563894466E1;
    q = q * m + 2.31251620126765340583E1;
    vf64 y = m * (z * p / q);
    y = y + e * -2.121944400546905827679e-4;
    y = y - 0.5 * z;
    y = m + y;
    y = y + e * 0.693359375;
    y = select_f64(zero, all_f64(-INFINITY), y);
    y = select_f64(infinite, x, y);
    return select_f64(bad, all_f64(NAN), y);
}

ALWAYS_INLINE vf32 log1p_f32(vf32 x) {
    vf32 u = 1.0f + x, d = u - 1.0f;
    vi32 same = (vi32)(d == 0.0f), infinite = (vi32)(x == INFINITY);
    vf32 y = log_f32(u) * (x / select_f32(same, all_f32(1.0f), d));
    y = select_f32((vi32)(x == -1.0f), all_f32(-INFINITY), y);
    return select_f32(same | infinite, x, y);
}
ALWAYS_INLINE vf64 log1p_f64(vf64 x) {
    vf64 u = 1.0 + x, d = u - 1.0;
    vi64 same = (vi64)(d == 0.0), infinite = (vi64)(x == INFINITY);
    vf64 y = log_f64(u) * (x / select_f64(same, all_f64(1.0), d));
    y = select_f64((vi64)(x == -1.0), all_f64(-INFINITY), y);
    return select_f64(same | infinite, x, y);
}

#define SHARED(V, I, NAME, ONE)                                                                      \
    ALWAYS_INLINE V sign_of_##NAME(V value, V sign) {                                                \
        const I minus = (I)((V){0} - ONE) ^ (I)((V){0} + ONE); /* the sign bit */                    \
        return (V)(((I)value & ~minus) | ((I)sign & minus));                                         \
    }                                                                                                \
    ALWAYS_INLINE V tanh_##NAME(V x) {                                                               \
        V t = expm1_##NAME(-2 * abs_##NAME(x));                                                      \
        return sign_of_##NAME(t / (t + 2), x);                                                       \
    }                                                                                                \
    ALWAYS_INLINE V sigmoid_##NAME(V x) {                                                            \
        V e = exp_##NAME(-abs_##NAME(x));                                                            \
        return select_##NAME((I)(x < 0), e, (V){0} + ONE) / (1 + e);                                 \
    }                                                                                                \
    ALWAYS_INLINE V softplus_##NAME(V x) {                                                           \
        V y = log1p_##NAME(exp_##NAME(-abs_##NAME(x)));                                              \
        return select_##NAME((I)(x != x), x, select_##NAME((I)(x > 0), x, (V){0}) + y);              \
    }
SHARED(vf32, vi32, f32, 1.0f)
SHARED(vf64, vi64, f64, 1.0)
#undef SHARED

ALWAYS_INLINE vf32 erf_f32(vf32 x) {
    vf32 c = select_f32((vi32)(x > 4.0f), all_f32(4.0f), select_f32((vi32)(x < -4.0f), all_f32(-4.0f), x)), z = c * c;
    vf32 p = z * -2.72614225801306e-10f + 2.77068142495902e-08f;
    p = p * z + -2.10102402082508e-06f;
    p = p * z + -5.69250639462346e-05f;
    p = p * z + -7.34990630326855e-04f;
    p = p * z + -2.95459980854025e-03f;
    p = p * z + -1.60960333262415e-02f;
    vf32 q = z * -1.45660718464996e-05f + -2.13374055278905e-04f;
    q = q * z + -1.68282697438203e-03f;
    q = q * z + -7.37332916720468e-03f;
    q = q * z + -1.42647390514189e-02f;
    return c * p / q;
}
ALWAYS_INLINE vf64 erf_f64(vf64 x) {
    vf64 y = x;
    for (int j = 0; j < SIMD_F64; j++) y[j] = erf(x[j]);
    return y;
}

#endif
