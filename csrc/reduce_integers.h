/* reduce.h for one integer type. */

static void NAME(reduce_axis)(int op, const T *x, int64_t r, int64_t inner, T *y) {
    for (int64_t j = 0; j < inner; j++) {
        T t = op == RED_SUM ? 0 : op == RED_PROD ? 1 : op == RED_MAX ? LOWEST : HIGHEST;
        for (int64_t k = 0; k < r; k++) {
            const T u = x[k * inner + j];
            t = op == RED_SUM    ? (T)((uint64_t)t + (uint64_t)u)
                : op == RED_PROD ? (T)((uint64_t)t * (uint64_t)u)
                : op == RED_MAX  ? (u > t ? u : t)
                                 : (u < t ? u : t);
        }
        y[j] = t;
    }
}

#undef T
#undef LOWEST
#undef HIGHEST
#undef NAME
