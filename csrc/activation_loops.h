/* activation.h for one element type: T, V (vector), VU (vector at any address), I (mask), LANES, NAME(x). */

#define SELECT(mask, a, b) NAME(select)((I)(mask), a, b)
#define ALL(x) ((V){0} + (T)(x))

/* (1 + tanh u) / 2 = sigmoid(2 u): no digits are lost where tanh u is near -1.  This is 2 u. */
ALWAYS_INLINE V NAME(gelu_inner)(V x) { return (T)(2 * 0.7978845608028654) * (x + (T)0.044715 * x * x * x); }

/* f(x) of one vector; code is a constant where this is inlined. */
ALWAYS_INLINE V NAME(activation_vector)(const int code, const double *attr, V x) {
    switch (code) {
    case ACT_RELU: return SELECT(x <= 0, ALL(0), x);
    case ACT_GENERAL_RELU: {
        const T alpha = attr[0], threshold = attr[1];
        V below = alpha == 0 ? ALL(0) : alpha * (x - threshold);
        return SELECT(x <= threshold, below, NAME(bounded)(x, attr[2], attr[3]));
    }
    case ACT_SIGMOID: return NAME(sigmoid)(x);
    case ACT_TANH: return NAME(tanh)(x);
    case ACT_SELU: return (T)SELU_SCALE * SELECT(x > 0, x, (T)SELU_ALPHA * NAME(expm1_below)(SELECT(x > 0, ALL(0), x)));
    case ACT_ELU: return SELECT(x > 0, x, (T)attr[0] * NAME(expm1_below)(SELECT(x > 0, ALL(0), x)));
    case ACT_LEAKY_RELU: return SELECT(x > 0, x, (T)attr[0] * x);
    case ACT_SOFTPLUS: return NAME(softplus)(x);
    case ACT_SOFTSIGN: return x / (1 + NAME(abs)(x));
    case ACT_SWISH: return x * NAME(sigmoid)(x);
    case ACT_GELU: return (T)0.5 * x * (1 + NAME(erf)(x * (T)0.7071067811865476));
    case ACT_GELU_TANH: return x * NAME(sigmoid)(NAME(gelu_inner)(x));
    case ACT_EXPONENTIAL: return NAME(exp)(x);
    case ACT_HARD_SIGMOID: return NAME(bounded)((T)0.2 * x + (T)0.5, 0, 1);
    case ACT_MISH: return x * NAME(tanh)(NAME(softplus)(x));
    case ACT_LOG_SIGMOID: return -NAME(softplus)(-x);
    default: return x;
    }
}

/* dy f'(x) of one vector. */
ALWAYS_INLINE V NAME(activation_grad_vector)(const int code, const double *attr, V dy, V x, V y) {
    switch (code) {
    case ACT_RELU: return SELECT(y > 0, dy, ALL(0));
    case ACT_GENERAL_RELU: {
        const T alpha = attr[0], threshold = attr[1], low = attr[2], top = attr[4];
        V above = SELECT((x > threshold) & (x >= low) & (x <= top), dy, ALL(0));
        return SELECT(x < threshold, alpha * dy, above);
    }
    case ACT_SIGMOID: return dy * y * (1 - y);
    case ACT_TANH: return dy * (1 - y * y);
    case ACT_SELU: return dy * SELECT(y < 0, y + (T)(SELU_SCALE * SELU_ALPHA), ALL(SELU_SCALE));
    case ACT_ELU: return dy * SELECT(y > 0, ALL(1), (T)attr[0] + SELECT(y <= 0, y, ALL(0))); /* NaN: alpha */
    case ACT_LEAKY_RELU: return dy * SELECT(y > 0, ALL(1), ALL(attr[0]));
    case ACT_SOFTPLUS: return dy * NAME(sigmoid)(x);
    case ACT_SOFTSIGN: {
        V d = 1 + NAME(abs)(x);
        return dy / (d * d);
    }
    case ACT_SWISH: {
        V s = NAME(sigmoid)(x);
        return dy * (s * (1 + x * (1 - s)));
    }
    case ACT_GELU: {
        V cdf = (T)0.5 * (1 + NAME(erf)(x * (T)0.7071067811865476));
        return dy * (cdf + x * ((T)0.3989422804014327 * NAME(exp)((T)-0.5 * x * x)));
    }
    case ACT_GELU_TANH: {
        V z = NAME(gelu_inner)(x), e = NAME(exp)(-NAME(abs)(z)), d = 1 / (1 + e);
        V near = NAME(bounded)(x, -30, 30);           /* further out e is 0, and x * x may be infinite */
        V dz = (T)(2 * 0.7978845608028654) * (1 + (T)(3 * 0.044715) * near * near);
        return dy * (SELECT(z < 0, e, ALL(1)) * d + x * (e * d * d * dz));
    }
    case ACT_EXPONENTIAL: return dy * y;
    case ACT_HARD_SIGMOID: return SELECT(NAME(abs)(x) <= (T)2.5, (T)0.2 * dy, ALL(0));
    case ACT_MISH: {
        V t = NAME(tanh)(NAME(softplus)(x));
        return dy * (t + x * (1 - t * t) * NAME(sigmoid)(x));
    }
    case ACT_LOG_SIGMOID: return dy * NAME(sigmoid)(-x);
    default: return dy;
    }
}

/* attr where no store to y can reach it: else each vector reads and converts it anew. */
#define OWN_ATTR(CODE)                                                                                 \
    double own[5] = {0};                                                                               \
    if (CODE == ACT_GENERAL_RELU) memcpy(own, attr, sizeof own);                                       \
    if (CODE == ACT_ELU || CODE == ACT_LEAKY_RELU) own[0] = attr[0];

#define RUN(CODE)                                                                                      \
    case CODE: {                                                                                       \
        OWN_ATTR(CODE)                                                                                 \
        int64_t j = 0;                                                                                 \
        for (; j + LANES <= n; j += LANES)                                                             \
            *(VU *)(y + j) = NAME(activation_vector)(CODE, own, *(const VU *)(x + j));                 \
        if (j < n) {                                                                                   \
            V rest = {0};                                                                              \
            memcpy(&rest, x + j, (n - j) * sizeof(T));                                                 \
            rest = NAME(activation_vector)(CODE, own, rest);                                           \
            memcpy(y + j, &rest, (n - j) * sizeof(T));                                                 \
        }                                                                                              \
        return;                                                                                        \
    }
#define EACH(X)                                                                                        \
    X(ACT_RELU) X(ACT_SIGMOID) X(ACT_TANH) X(ACT_SELU) X(ACT_ELU) X(ACT_LEAKY_RELU) X(ACT_SOFTPLUS)    \
    X(ACT_SOFTSIGN) X(ACT_SWISH) X(ACT_GELU) X(ACT_GELU_TANH) X(ACT_EXPONENTIAL) X(ACT_HARD_SIGMOID)   \
    X(ACT_GENERAL_RELU) X(ACT_MISH) X(ACT_LOG_SIGMOID)

static void NAME(activate)(int code, const double *attr, const T *x, T *y, int64_t n) {
    switch (code) {
        EACH(RUN)
    default:
        if (x != y) memmove(y, x, n * sizeof(T));
    }
}
#undef RUN

#define RUN(CODE)                                                                                      \
    case CODE: {                                                                                       \
        OWN_ATTR(CODE)                                                                                 \
        int64_t j = 0;                                                                                 \
        for (; j + LANES <= n; j += LANES)                                                             \
            *(VU *)(dx + j) = NAME(activation_grad_vector)(CODE, own, *(const VU *)(dy + j),           \
                                                           *(const VU *)(x + j), *(const VU *)(y + j)); \
        if (j < n) {                                                                                   \
            V a = {0}, b = {0}, c = {0};                                                               \
            memcpy(&a, dy + j, (n - j) * sizeof(T));                                                   \
            memcpy(&b, x + j, (n - j) * sizeof(T));                                                    \
            memcpy(&c, y + j, (n - j) * sizeof(T));                                                    \
            a = NAME(activation_grad_vector)(CODE, own, a, b, c);                                      \
            memcpy(dx + j, &a, (n - j) * sizeof(T));                                                   \
        }                                                                                              \
        return;                                                                                        \
    }

/* x or y may be any readable array of n where the gradient does not look at it. */
static void NAME(activate_grad)(int code, const double *attr, const T *dy, const T *x, const T *y, T *dx, int64_t n) {
    switch (code) {
        EACH(RUN)
    default:
        if (dx != dy) memmove(dx, dy, n * sizeof(T));
    }
}
#undef RUN
#undef OWN_ATTR
#undef EACH
#undef SELECT
#undef ALL
#undef T
#undef V
#undef VU
#undef I
#undef LANES
#undef NAME
