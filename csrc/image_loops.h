/* Weighted sums of rows and of pixels, for one type of what is read (X) and of what is computed (S).  Included by image.h.

   Weights of 0 don't count: what they belong to is not read into a sum, be it infinite.  Where there are two, either both are 0
   or none is (ops/resize_taps.py).  */

/* y[j] = sum over t of weight[t] * x[index[t] * stride + j], j < n; t in order, four at a time. */
static void NAME(sum_rows)(const X *x, int64_t stride, const int32_t *index, const S *weight, int64_t taps, int64_t n,
                           S *restrict y) {
    int64_t t = 0;
    int started = 0;
    do {
        const X *restrict p[4] = {x, x, x, x};
        S w[4] = {0, 0, 0, 0};
        int m = 0;
        for (; t < taps && m < 4; t++)
            if (weight[t] != 0) {
                p[m] = x + index[t] * stride;
                w[m++] = weight[t];
            }
        const X *restrict a = p[0], *restrict b = p[1], *restrict c = p[2], *restrict d = p[3];
        const S f = w[0], g = w[1], h = w[2], k = w[3];
#define SUM(EXPRESSION)                                              \
    if (started)                                                     \
        for (int64_t j = 0; j < n; j++) y[j] = y[j] + EXPRESSION;    \
    else                                                             \
        for (int64_t j = 0; j < n; j++) y[j] = EXPRESSION;
        switch (m) {
        case 1: SUM(f * a[j]) break;
        case 2: SUM(f * a[j] + g * b[j]) break;
        case 3: SUM(f * a[j] + g * b[j] + h * c[j]) break;
        case 4: SUM(f * a[j] + g * b[j] + h * c[j] + k * d[j]) break;
        default: if (!started) memset(y, 0, n * sizeof(S));
        }
#undef SUM
        started = 1;
    } while (t < taps);
}

#ifdef PIXELS
typedef S NAME(lanes) __attribute__((vector_size(SIMD_BYTES), aligned(sizeof(S)), may_alias));
#define LOAD(p) (*(const NAME(lanes) *)(p))
enum { NAME(n_lanes) = SIMD_BYTES / sizeof(S) };

/* y[j] = sum over t of weight[t, j] * row[index[t, j]], j < n: pixels of so few channels that each element is looked up. */
static void NAME(sum_elements)(const S *row, const int32_t *index, const S *weight, int64_t taps, int64_t step, int64_t n,
                               S *restrict y) {
    for (int64_t j = 0; j < n; j++) {
        const S a = weight[j] * row[index[j]], b = weight[step + j] * row[index[step + j]];
        y[j] = (weight[j] != 0 ? a : 0) + (weight[step + j] != 0 ? b : 0);
    }
    for (int64_t t = 2; t < taps; t++)
        for (int64_t j = 0; j < n; j++) {
            const S a = weight[t * step + j] * row[index[t * step + j]];
            y[j] += weight[t * step + j] != 0 ? a : 0;
        }
}

typedef S NAME(four) __attribute__((vector_size(4 * sizeof(S)), aligned(sizeof(S)), may_alias));

/* Pixels of 3 or 4 channels, n of them: y[o] = sum over t of weight[o, t] * row[index[o, t]].  Four elements at a time: what is
   written beyond a pixel of 3 is written again by the next; the last is written alone.  Reads one element beyond the row.
   taps and c are constants where this is inlined.  */
ALWAYS_INLINE void NAME(sum_pixels)(const S *row, const int32_t *index, const S *weight, int64_t taps, int64_t n, int64_t c,
                                    S *restrict y) {
    for (int64_t o = 0; o < n; o++, index += taps, weight += taps) {
        NAME(four) total = {0, 0, 0, 0};
        for (int64_t t = 0; t < taps && (taps > 2 || weight[0] != 0); t++)
            if (taps == 2 || weight[t] != 0) total += weight[t] * *(const NAME(four) *)(row + index[t] * c);
        if (c == 4 || o + 1 < n) *(NAME(four) *)(y + o * c) = total;
        else for (int64_t j = 0; j < c; j++) y[o * c + j] = total[j];
    }
}

/* A row of y, of four pixels each: rows by two weights, columns by two; for pixels of many channels. */
static void NAME(sum_corners)(const S *x, int64_t stride, const int32_t *rows, const S *down, const int32_t *columns,
                              const S *right, int64_t ow, int64_t c, S *restrict y) {
    const S up = down[0], low = down[1];
    for (int64_t o = 0; o < ow; o++, y += c, columns += 2, right += 2) {
        const S f = right[0], g = right[1];
        if (up == 0 || f == 0) {                              /* both zero then: see the head */
            memset(y, 0, c * sizeof(S));
            continue;
        }
        const S *restrict p = x + rows[0] * stride + columns[0] * c, *restrict q = x + rows[0] * stride + columns[1] * c;
        const S *restrict r = x + rows[1] * stride + columns[0] * c, *restrict t = x + rows[1] * stride + columns[1] * c;
        int64_t j = 0;
        for (; j + NAME(n_lanes) <= c; j += NAME(n_lanes))
            *(NAME(lanes) *)(y + j) = f * (up * LOAD(p + j) + low * LOAD(r + j)) + g * (up * LOAD(q + j) + low * LOAD(t + j));
        for (; j < c; j++) y[j] = f * (up * p[j] + low * r[j]) + g * (up * q[j] + low * t[j]);
    }
}

/* The pixels [from, from + n) of a row of y, whose pixels of x, x_from on, are in `row`. */
static void NAME(sum_columns)(const S *row, int64_t x_from, const int32_t *index, const S *weight, int64_t taps, int64_t ow,
                              int64_t from, int64_t n, int64_t c, S *y) {
    row -= x_from * c;
    if (c <= FEW) {                                           /* tables (taps, ow c) */
        NAME(sum_elements)(row, index + from * c, weight + from * c, taps, ow * c, n * c, y);
        return;
    }
    index += from * taps;                                     /* tables (ow, taps) */
    weight += from * taps;
    if (c == 3 && taps == 2) NAME(sum_pixels)(row, index, weight, 2, n, 3, y);
    else if (c == 4 && taps == 2) NAME(sum_pixels)(row, index, weight, 2, n, 4, y);
    else if (c == 3) NAME(sum_pixels)(row, index, weight, taps, n, 3, y);
    else if (c == 4) NAME(sum_pixels)(row, index, weight, taps, n, 4, y);
    else
        for (int64_t o = 0; o < n; o++, index += taps, weight += taps, y += c) {
            const S f = weight[0], g = weight[1];
            if (taps > 2 || f == 0) {
                NAME(sum_rows)(row, c, index, weight, taps, c, y);
                continue;
            }
            const S *restrict a = row + index[0] * c, *restrict b = row + index[1] * c;
            int64_t j = 0;
            for (; j + NAME(n_lanes) <= c; j += NAME(n_lanes)) *(NAME(lanes) *)(y + j) = f * LOAD(a + j) + g * LOAD(b + j);
            for (; j < c; j++) y[j] = f * a[j] + g * b[j];
        }
}
#undef LOAD
#endif
#undef S
#undef X
#undef NAME
#undef PIXELS
