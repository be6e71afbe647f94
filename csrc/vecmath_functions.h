/* vecmath.h for one element type: T, V (vector), I (mask and integer), NAME(x), and the constants and polynomials there. */

/* a where the mask is set (all ones), else b */
ALWAYS_INLINE V NAME(select)(I mask, V a, V b) { return (V)((mask & (I)a) | (~mask & (I)b)); }
ALWAYS_INLINE V NAME(all)(T x) { return (V){0} + x; }
#define SIGN_BIT ((I){0} + 1) << (MANTISSA == 23 ? 31 : 63)
ALWAYS_INLINE V NAME(abs)(V x) { return (V)((I)x & ~(SIGN_BIT)); }
ALWAYS_INLINE V NAME(with_sign)(V x, V sign) { return (V)((I)x | ((I)sign & (SIGN_BIT))); } /* x not below 0 */

/* x moved into [low, high]; NaN stays */
ALWAYS_INLINE V NAME(bounded)(V x, T low, T high) {
    x = NAME(select)((I)(x < low), NAME(all)(low), x);
    return NAME(select)((I)(x > high), NAME(all)(high), x);
}

/* 2^n of a normal result */
ALWAYS_INLINE V NAME(power_of_two)(I n) { return (V)((n + BIAS) << MANTISSA); }

/* x = n ln 2 + r + rest; rest is what rounding took from r */
ALWAYS_INLINE V NAME(reduce)(V x, I *n, V *rest) {
    V t = x * (T)1.44269504088896340735992468100189214 + SHIFTER;
    *n = (I)t - (I)NAME(all)(SHIFTER);
    V whole = t - SHIFTER, high = x - whole * LN2_HIGH, low = whole * LN2_LOW, r = high - low;
    *rest = (high - r) - low;
    return r;
}

ALWAYS_INLINE V NAME(exp)(V x) {
    I n;
    V rest, r = NAME(reduce)(NAME(bounded)(x, EXP_BOTTOM, EXP_TOP), &n, &rest);
    V p = EXP_REST(r), s = 1 + r;
    V y = s + ((r - (s - 1)) + r * r * p);
    I half = n >> 1;                                  /* 2^n alone may be too large or too small */
    return y * NAME(power_of_two)(half) * NAME(power_of_two)(n - half);
}

/* exp(x) for x from -44 to 44 in half the steps. Elsewhere (and for NaN) it is wrong, and a bit above 127 is set in *beyond. */
ALWAYS_INLINE V NAME(exp_near)(V x, I *beyond) {
    const T middle = SHIFTER + 64;                    /* n + 64 in the low seven bits */
    V t = x * (T)1.44269504088896340735992468100189214 + middle, whole = t - middle;
    V r = (x - whole * LN2_HIGH) - whole * LN2_LOW, y = 1 + (r + r * r * (EXP_REST(r)));
    *beyond |= (I)t ^ (I)NAME(all)(SHIFTER);
    return (V)((I)y + ((I)t << MANTISSA) - (((I){0} + 64) << MANTISSA));
}

ALWAYS_INLINE V NAME(expm1)(V x) {
    I n;
    V rest, r = NAME(reduce)(NAME(bounded)(x, EXPM1_BOTTOM, EXPM1_TOP), &n, &rest);
    V p = EXP_REST(r), scale = NAME(power_of_two)(n - 1); /* half of 2^n, which may be too large */
    V a = scale - (T)0.5, b = scale * r, s = a + b;
    V y = 2 * (s + ((b - (s - a)) + scale * (r * r * p + rest)));
    return NAME(select)((I)(x == 0), x, y);           /* -0 */
}

/* exp(x) for x not above 0; 0 where it is no normal number. */
ALWAYS_INLINE V NAME(exp_below)(V x) {
    V low = NAME(select)((I)(x < EXP_NORMAL), NAME(all)(EXP_NORMAL), x);
    V t = low * (T)1.44269504088896340735992468100189214 + SHIFTER, whole = t - SHIFTER;
    V r = (low - whole * LN2_HIGH) - whole * LN2_LOW, y = 1 + (r + r * r * (EXP_REST(r)));
    y *= NAME(power_of_two)((I)t - (I)NAME(all)(SHIFTER));
    return NAME(select)((I)(x < EXP_NORMAL), (V){0}, y);
}

/* expm1(x) for x not above 0, in two thirds of the steps: 2^n is at most 1, and nothing cancels that was rounded. */
ALWAYS_INLINE V NAME(expm1_below)(V x) {
    V low = NAME(select)((I)(x < EXPM1_BOTTOM), NAME(all)(EXPM1_BOTTOM), x);
    V t = low * (T)1.44269504088896340735992468100189214 + SHIFTER, whole = t - SHIFTER;
    V r = (low - whole * LN2_HIGH) - whole * LN2_LOW, scale = NAME(power_of_two)((I)t - (I)NAME(all)(SHIFTER));
    V y = scale * (r + r * r * (EXP_REST(r))) + (scale - 1);
    return NAME(select)((I)(x == 0), x, y);           /* -0 */
}

/* n and m of x = 2^n m, m in [sqrt 1/2, sqrt 2); x is a normal number above 0 */
ALWAYS_INLINE V NAME(split)(V x, I *n) {
    const I bits_of_root_half = (I)NAME(all)((T)0.70710678118654752440);
    I bits = (I)x, e = (bits - bits_of_root_half) >> MANTISSA;
    *n = e;
    return (V)(bits - (e << MANTISSA));
}

/* log x = *whole + what is returned, for a normal x above 0; *whole is n ln 2 to few bits, for sums that must not round it. */
ALWAYS_INLINE V NAME(log_in_two)(V x, V *whole) {
    I n;
    V f = NAME(split)(x, &n) - 1, count = __builtin_convertvector(n, V);
    *whole = count * LN2_HIGH;
    return NAME(log_sum)(f, (V){0}) + count * LN2_LOW;
}

/* What log gives where x is not above 0, or is infinite. */
ALWAYS_INLINE V NAME(log_limits)(V y, V x) {
    y = NAME(select)((I)(x == INFINITY), x, y);
    y = NAME(select)((I)(x > 0), y, NAME(all)((T)NAN));
    return NAME(select)((I)(x == 0), NAME(all)(-(T)INFINITY), y);
}

ALWAYS_INLINE V NAME(log)(V x) {
    I n;
    V f = NAME(split)(x, &n) - 1;
    return NAME(log_limits)(NAME(log_sum)(f, __builtin_convertvector(n, V)), x);
}

ALWAYS_INLINE V NAME(log1p)(V x) {
    I n;
    V u = 1 + x, back = u - 1, rest = (1 - (u - back)) + (x - back);
    V f = NAME(split)(u, &n) - 1;
    I counts = (I)(n < BIAS / 2);                     /* further up, what 1 + x rounds off is nothing */
    rest = (V)((I)rest & counts) * NAME(power_of_two)(-n & counts);
    V y = NAME(log_sum)(f + rest, __builtin_convertvector(n, V));
    return NAME(select)((I)(x == 0), x, NAME(log_limits)(y, u));
}

ALWAYS_INLINE V NAME(tanh)(V x) {
    V a = NAME(abs)(x), t = NAME(expm1)(2 * NAME(select)((I)(a > TANH_TOP), NAME(all)(TANH_TOP), a));
    V u = t + 2, rest = NAME(select)((I)(t < 2), t - (u - 2), (V){0}), y = NAME(quotient)(t, u);
    y = y - y * (1 - y) * ((T)0.5 * rest);            /* (1 - y) / 2 = 1 / u */
    return NAME(with_sign)(y, x);
}

ALWAYS_INLINE V NAME(sigmoid)(V x) {
    V e = NAME(exp_below)(-NAME(abs)(x)), u = 1 + e, rest = e - (u - 1);
    V y = NAME(quotient)(NAME(select)((I)(x < 0), e, NAME(all)(1)), u);
    return y - y * NAME(select)((I)(x < 0), 1 - y, y) * rest; /* these are 1 / u */
}

ALWAYS_INLINE V NAME(softplus)(V x) {
    return NAME(select)((I)(x > 0), x, (V){0}) + NAME(log1p)(NAME(exp)(-NAME(abs)(x)));
}

ALWAYS_INLINE V NAME(erf)(V x) {
    V t = NAME(abs)(x), s = t * t;
    V near = ERF_NEAR_0(s);
    near = t + t * near;
    V far = 1 - NAME(erfc)(NAME(bounded)(t, ERF_SPLIT, ERF_TOP));
    return NAME(with_sign)(NAME(select)((I)(t < (T)ERF_SPLIT), near, far), x);
}

#undef SIGN_BIT
#undef T
#undef V
#undef I
#undef NAME
#undef MANTISSA
#undef BIAS
#undef SHIFTER
#undef LN2_HIGH
#undef LN2_LOW
#undef EXP_TOP
#undef EXP_BOTTOM
#undef EXPM1_TOP
#undef EXPM1_BOTTOM
#undef EXP_NORMAL
#undef TANH_TOP
#undef ERF_SPLIT
#undef ERF_TOP
#undef EXP_REST
#undef ERF_NEAR_0
