/* norm_columns.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

/* n elements (LANES, or fewer) of each of `rows` rows. */
ALWAYS_INLINE void NAME(norm_column)(T *c, int64_t rows, int64_t stride, int n, V mean, V scale, V shift) {
    for (int64_t r = 0; r < rows; r++, c += stride)
        if (n == LANES) *(VU *)c = (*(const VU *)c - mean) * scale + shift;
        else NAME(store_part)(c, (NAME(load_part)(c, n) - mean) * scale + shift, n);
}

static void NAME(activate_rows)(int code, const double *attr, T *c, int64_t rows, int64_t stride, int64_t n) {
    if (n == stride) n *= rows, rows = 1;
    for (int64_t r = 0; r < rows; r++, c += stride) NAME(activate)(code, attr, c, c, n);
}

/* The last write's rest: `rows` rows of n elements, `stride` apart, the first in column `column`. */
static void NAME(norm_columns)(int code, const double *attr, const NormColumns *by, int64_t column, T *c, int64_t rows,
                               int64_t stride, int64_t n) {
    const T *mean = (const T *)by->mean + column, *scale = (const T *)by->scale + column;
    const T *shift = by->shift ? (const T *)by->shift + column : NULL;
    const int f = code & (NORM_COLUMNS - 1);
    if (f && code & NORM_BEHIND) NAME(activate_rows)(f, attr, c, rows, stride, n);
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES)
        NAME(norm_column)(c + j, rows, stride, LANES, *(const VU *)(mean + j), *(const VU *)(scale + j),
                          shift ? (V)*(const VU *)(shift + j) : (V){0});
    if (j < n) {
        const int left = (int)(n - j);
        NAME(norm_column)(c + j, rows, stride, left, NAME(load_part)(mean + j, left), NAME(load_part)(scale + j, left),
                          shift ? NAME(load_part)(shift + j, left) : (V){0});
    }
    if (f && !(code & NORM_BEHIND)) NAME(activate_rows)(f, attr, c, rows, stride, n);
}

#undef T
#undef V
#undef VU
#undef LANES
#undef NAME
