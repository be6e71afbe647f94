/* Rows of an image that is turned without perspective (c0 = c1 = 0), for one type of pixels (S).  Included by affine.h.  */

/* y[j] = share[0] a[j] + share[1] b[j] + share[2] d[j] + share[3] e[j], summed in this order; c a constant where inlined. */
ALWAYS_INLINE void NAME(blend)(const S *a, const S *b, const S *d, const S *e, const S *share, int64_t c, S *restrict y) {
    for (int64_t j = 0; j < c; j++) y[j] = share[0] * a[j] + share[1] * b[j] + share[2] * d[j] + share[3] * e[j];
}

/* Rows [oh, oh + count) of y, block by block: what one row reads of x in a block, the next reads again, from the first cache. */
static void NAME(rows)(const S *x, const float *m, int64_t oh, int64_t count, int64_t ow, int64_t h, int64_t w, int64_t c,
                       int64_t bilinear, int64_t mode, S fill, S *to) {
    float rows[AFFINE_BLOCK], columns[AFFINE_BLOCK];
    int64_t at_row[4], at_column[4];
    float parts[4];
    const int64_t blocks = (ow + AFFINE_BLOCK - 1) / AFFINE_BLOCK;
    for (int64_t block = 0; block < blocks * count; block++) {
        const int64_t first = block / count * AFFINE_BLOCK, row_of_y = block % count;
        const int64_t n = ow - first < AFFINE_BLOCK ? ow - first : AFFINE_BLOCK;
        S *y = to + (row_of_y * ow + first) * c;
        affine_places(m, oh + row_of_y, first, n, h, w, mode, rows, columns);
        for (int64_t k = 0; k < n; k++, y += c) {
            const float row = rows[k], column = columns[k];
            if (bilinear && row >= 0 && column >= 0 && row < (float)(h - 1) && column < (float)(w - 1)) {
                const int64_t top = (int64_t)row, left = (int64_t)column;      /* all four corners are inside */
                const float down = row - (float)top, right = column - (float)left;
                const float up = (float)top + 1 - row, back = (float)left + 1 - column;
                const S share[4] = {up * back, up * right, down * back, down * right};
                const S *a = x + (top * w + left) * c, *d = a + w * c;
                if (c == 3) NAME(blend)(a, a + 3, d, d + 3, share, 3, y);
                else NAME(blend)(a, a + c, d, d + c, share, c, y);
                continue;
            }
            if (!(row > -1e9f && row < 1e9f && column > -1e9f && column < 1e9f)) {
                for (int64_t j = 0; j < c; j++) y[j] = fill;
                continue;
            }
            const int corners = affine_corners(row, column, bilinear, at_row, at_column, parts);
            for (int corner = 0; corner < corners; corner++) {
                const int in = at_row[corner] >= 0 && at_row[corner] < h && at_column[corner] >= 0 && at_column[corner] < w;
                const S *p = in ? x + (at_row[corner] * w + at_column[corner]) * c : &fill, part = parts[corner];
                for (int64_t j = 0; j < c; j++) y[j] = (corner ? y[j] : 0) + part * p[in ? j : 0];
            }
        }
    }
}
#undef S
#undef NAME
