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

/* A few rows of n elements, `stride` apart: column by column, whose numbers stay in registers. */
static void NAME(norm_rows)(int code, const double *attr, const T *mean, const T *scale, const T *shift, T *c, int64_t rows,
                            int64_t stride, int64_t n) {
    const int f = code & ACTIVATION_CODE;
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

/* The last write's rest: `rows` rows of n elements, `stride` apart, the first in column `column`; as many at a time as the first
   cache holds. */
static void NAME(norm_columns)(int code, const double *attr, const NormColumns *by, int64_t column, T *c, int64_t rows,
                               int64_t stride, int64_t n) {
    const T *mean = (const T *)by->mean + column, *scale = (const T *)by->scale + column;
    const T *shift = by->shift ? (const T *)by->shift + column : NULL;
    for (int64_t r = 0; r < rows; r += FEW_ROWS, c += FEW_ROWS * stride)
        NAME(norm_rows)(code, attr, mean, scale, shift, c, rows - r < FEW_ROWS ? rows - r : FEW_ROWS, stride, n);
}

/* Some rows: normalised if `normed`, plus r, through relu if `relu`. These and `shifted` are constants where this is inlined: a
   branch within the formula would part its product from its sum, and round both. What is left of the rows comes last: a load right
   behind the masked store before it would wait for that.  */
ALWAYS_INLINE void NAME(add_rows)(const int normed, const int shifted, const int relu, const T *mean, const T *scale,
                                  const T *shift, const T *r, T *c, int64_t rows, int64_t stride, int64_t n) {
#define SUM(LOAD, c, r)                                                                              \
    V v = LOAD((c) + j);                                                                             \
    if (normed) v = (v - LOAD(mean + j)) * LOAD(scale + j) + (shifted ? LOAD(shift + j) : (V){0});   \
    v += LOAD((r) + j);                                                                              \
    if (relu) v = NAME(activation_vector)(ACT_RELU, NULL, v);
#define WHOLE(p) ((V)*(const VU *)(p))
#define PART(p) NAME(load_part)(p, left)
    const int left = (int)(n % LANES);
    const T *r_i = r;
    T *c_i = c;
    for (int64_t i = 0; i < rows; i++, c_i += stride, r_i += stride)
        for (int64_t j = 0; j < n - left; j += LANES) {
            SUM(WHOLE, c_i, r_i)
            *(VU *)(c_i + j) = v;
        }
    if (!left) return;
    for (int64_t i = 0, j = n - left; i < rows; i++, c += stride, r += stride) {
        SUM(PART, c, r)
        NAME(store_part)(c + j, v, left);
    }
#undef SUM
#undef WHOLE
#undef PART
}

/* The last write's rest where an array like C is added: r, its rows as far apart as those of C. A few rows at a time, one after
   another, as memory delivers r.  */
static void NAME(add_beside)(int code, const double *attr, const NormColumns *by, int64_t column, const T *r, T *c, int64_t rows,
                             int64_t stride, int64_t n) {
    const int f = code & ACTIVATION_CODE, first = f && code & (NORM_BEHIND | ADD_BEHIND);
    const int normed = !first && code & NORM_COLUMNS, relu = !first && f == ACT_RELU;
    const T *mean = NULL, *scale = NULL, *shift = NULL;
    if (normed) {
        mean = (const T *)by->mean + column, scale = (const T *)by->scale + column;
        shift = by->shift ? (const T *)by->shift + column : NULL;
    }
    for (int64_t few; rows > 0; rows -= few, c += few * stride, r += few * stride) {
        few = rows < FEW_ROWS ? rows : FEW_ROWS;
        if (first && code & NORM_COLUMNS) NAME(norm_columns)(code, attr, by, column, c, few, stride, n);
        else if (first) NAME(activate_rows)(f, attr, c, few, stride, n);
#define ROWS(normed, shifted)                                                                        \
    {                                                                                                \
        if (relu) NAME(add_rows)(normed, shifted, 1, mean, scale, shift, r, c, few, stride, n);      \
        else NAME(add_rows)(normed, shifted, 0, mean, scale, shift, r, c, few, stride, n);           \
    }
        if (normed && shift) ROWS(1, 1)
        else if (normed) ROWS(1, 0)
        else ROWS(0, 0)
#undef ROWS
        if (f && !first && !relu) NAME(activate_rows)(f, attr, c, few, stride, n);
    }
}

#undef T
#undef V
#undef VU
#undef LANES
#undef NAME
