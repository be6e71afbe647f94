/* The loops of gemm.h for one element type: T, V (vector), VU (vector at any address), LANES, NAME(x). */

/* c = [c +] a b [+ bias] for mr rows and nv whole vectors, both constants where this is inlined. */
ALWAYS_INLINE void NAME(tile)(const int mr, const int nv, int64_t kc, const T *restrict a, int64_t a_row, int64_t a_k,
                              const T *restrict b, int64_t b_k, T *restrict c, int64_t c_row, int load, const T *bias) {
    V acc[GEMM_MR][8];
#pragma GCC unroll 16
    for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
        for (int j = 0; j < nv; j++) acc[i][j] = (V){0};
    if (load)
#pragma GCC unroll 16
        for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
            for (int j = 0; j < nv; j++) acc[i][j] = *(const VU *)(c + i * c_row + j * LANES);
    for (int64_t p = 0; p < kc; p++) {
        V row[8];
#pragma GCC unroll 8
        for (int j = 0; j < nv; j++) row[j] = *(const VU *)(b + j * LANES);
#pragma GCC unroll 16
        for (int i = 0; i < mr; i++) {
            T x = a[i * a_row];
#pragma GCC unroll 8
            for (int j = 0; j < nv; j++) acc[i][j] += row[j] * x;
        }
        a += a_k;
        b += b_k;
    }
    if (bias)
#pragma GCC unroll 8
        for (int j = 0; j < nv; j++) {
            V y = *(const VU *)(bias + j * LANES);
#pragma GCC unroll 16
            for (int i = 0; i < mr; i++) acc[i][j] += y;
        }
#pragma GCC unroll 16
    for (int i = 0; i < mr; i++)
#pragma GCC unroll 8
        for (int j = 0; j < nv; j++) *(VU *)(c + i * c_row + j * LANES) = acc[i][j];
}

typedef void (*NAME(Tile))(int64_t, const T *, int64_t, int64_t, const T *, int64_t, T *, int64_t, int, const T *);

#define TILE(mr, nv)                                                                                                  \
    static __attribute__((noinline)) void NAME(tile_##mr##x##nv)(int64_t kc, const T *a, int64_t a_row, int64_t a_k,  \
                                                                 const T *b, int64_t b_k, T *c, int64_t c_row,        \
                                                                 int load, const T *bias) {                           \
        NAME(tile)(mr, nv, kc, a, a_row, a_k, b, b_k, c, c_row, load, bias);                                           \
    }
GEMM_TILES_1(TILE)
GEMM_TILES_2(TILE)
GEMM_TILES_4(TILE)
GEMM_TILES_8(TILE)

/* The same for packed A (kc, mr) and packed B: the strides are constants. */
#define PACKED_TILE(mr, nv)                                                                                           \
    static __attribute__((noinline)) void NAME(packed_tile_##mr##x##nv)(int64_t kc, const T *a, int64_t a_row,        \
                                                                        int64_t a_k, const T *b, int64_t b_k, T *c,   \
                                                                        int64_t c_row, int load, const T *bias) {     \
        NAME(tile)(mr, nv, kc, a, 1, mr, b, GEMM_NR * LANES, c, c_row, load, bias);                                    \
    }
GEMM_TILES_2(PACKED_TILE)
#undef PACKED_TILE

/* The tile of mr rows that covers `vectors` vectors or as many as it can; *nv is how many. */
static NAME(Tile) NAME(tile_for)(int mr, int64_t vectors, int *nv) {
#define LISTED(mr, nv) NAME(tile_##mr##x##nv),
    static const NAME(Tile) one[] = {GEMM_TILES_1(LISTED)}, two[] = {GEMM_TILES_2(LISTED)},
                            four[] = {GEMM_TILES_4(LISTED)}, eight[] = {GEMM_TILES_8(LISTED)};
#undef LISTED
    if (vectors > 4 && mr <= (int)(sizeof eight / sizeof *eight)) return *nv = 8, eight[mr - 1];
    if (vectors > 2 && mr <= (int)(sizeof four / sizeof *four)) return *nv = 4, four[mr - 1];
    if (vectors > 1) return *nv = 2, two[mr - 1];
    return *nv = 1, one[mr - 1];
}
#undef TILE

static NAME(Tile) NAME(packed_tile_for)(int mr) {
#define LISTED(mr, nv) NAME(packed_tile_##mr##x##nv),
    static const NAME(Tile) two[] = {GEMM_TILES_2(LISTED)};
#undef LISTED
    return two[mr - 1];
}

/* x (rows, kc) by stride -> to (kc, padded) transposed, zeros behind the rows; squares of 4 x 4 in registers. */
static void NAME(turn)(const T *restrict x, int64_t stride, int64_t kc, int64_t rows, int64_t padded, T *restrict to) {
    typedef T Four __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));
#if defined(__clang__)
#define SHUFFLE(x, y, p, q, r, s) __builtin_shufflevector(x, y, p, q, r, s)
#else
    typedef INT Mask __attribute__((vector_size(4 * sizeof(INT))));
#define SHUFFLE(x, y, p, q, r, s) __builtin_shuffle(x, y, (Mask){p, q, r, s})
#endif
    int64_t j = 0;
    for (; j + 4 <= rows; j += 4) {
        const T *r0 = x + j * stride, *r1 = r0 + stride, *r2 = r1 + stride, *r3 = r2 + stride;
        int64_t p = 0;
        for (; p + 4 <= kc; p += 4) {
            Four x0 = *(const Four *)(r0 + p), x1 = *(const Four *)(r1 + p), x2 = *(const Four *)(r2 + p),
                 x3 = *(const Four *)(r3 + p);
            Four y0 = SHUFFLE(x0, x1, 0, 4, 1, 5), y1 = SHUFFLE(x0, x1, 2, 6, 3, 7);
            Four y2 = SHUFFLE(x2, x3, 0, 4, 1, 5), y3 = SHUFFLE(x2, x3, 2, 6, 3, 7);
            *(Four *)(to + p * padded + j) = SHUFFLE(y0, y2, 0, 1, 4, 5);
            *(Four *)(to + (p + 1) * padded + j) = SHUFFLE(y0, y2, 2, 3, 6, 7);
            *(Four *)(to + (p + 2) * padded + j) = SHUFFLE(y1, y3, 0, 1, 4, 5);
            *(Four *)(to + (p + 3) * padded + j) = SHUFFLE(y1, y3, 2, 3, 6, 7);
        }
        for (; p < kc; p++) {
            to[p * padded + j] = r0[p];
            to[p * padded + j + 1] = r1[p];
            to[p * padded + j + 2] = r2[p];
            to[p * padded + j + 3] = r3[p];
        }
    }
    for (; j < padded; j++)
        for (int64_t p = 0; p < kc; p++) to[p * padded + j] = j < rows ? x[j * stride + p] : 0;
#undef SHUFFLE
}

/* A block of C: run the tile on it, by way of a copy where its width is no whole number of vectors; finish it if it is done. */
typedef struct {
    NAME(Tile) tile;
    int mr, nv, load, done;
    int64_t width;
    const T *bias;
} NAME(Block);

static inline void NAME(run_tile)(const NAME(Block) *t, const GemmShape *s, int64_t kc, const T *a, int64_t a_row, int64_t a_k,
                                  const T *b, int64_t b_k, T *c) {
    const int64_t full = (int64_t)t->nv * LANES;
    if (t->width == full) {
        t->tile(kc, a, a_row, a_k, b, b_k, c, s->c_row, t->load, t->done ? t->bias : NULL);
    } else {
        T copy[GEMM_MR * 8 * LANES / 2] __attribute__((aligned(64)));
        if (t->load)
            for (int i = 0; i < t->mr; i++) memcpy(copy + i * full, c + i * s->c_row, t->width * sizeof(T));
        t->tile(kc, a, a_row, a_k, b, b_k, copy, full, t->load, NULL);
        for (int i = 0; i < t->mr; i++) {
            T *row = c + i * s->c_row;
            const T *sums = copy + i * full;
            if (t->done && t->bias)
                for (int64_t j = 0; j < t->width; j++) row[j] = sums[j] + t->bias[j];
            else
                memcpy(row, sums, t->width * sizeof(T));
        }
    }
    if (t->done && s->activation)
        for (int i = 0; i < t->mr; i++) NAME(activate)(s->activation, s->attr, c + i * s->c_row, c + i * s->c_row, t->width);
}

/* B (kc, width) -> panel (kc, padded), zeros behind the width. */
static void NAME(pack_panel)(const T *restrict b, int64_t b_k, int64_t b_col, int64_t kc, int64_t width, int64_t padded,
                             T *restrict to) {
    if (b_col == 1) {
        for (int64_t p = 0; p < kc; p++) {
            memcpy(to + p * padded, b + p * b_k, width * sizeof(T));
            for (int64_t j = width; j < padded; j++) to[p * padded + j] = 0;
        }
        return;
    }
    NAME(turn)(b, b_col, kc, width, padded, to);
}

/* A (rows, kc) -> (kc, rows). */
static void NAME(pack_rows)(const T *restrict a, int64_t a_row, int64_t a_k, int64_t kc, int64_t rows, T *restrict to) {
    if (a_row == 1)
        for (int64_t p = 0; p < kc; p++) memcpy(to + p * rows, a + p * a_k, rows * sizeof(T));
    else
        NAME(turn)(a, a_row, kc, rows, rows, to);
}

/* Few rows: B is read where it is (unit stride along n); columns of a block stay in L1 while the row panels pass. */
static void NAME(gemm_in_place)(const GemmShape *s, const T *a, const T *b, const T *b_end, T *c, const T *bias) {
    const int64_t panels = (s->m + GEMM_MR - 1) / GEMM_MR, blocks = (s->k + GEMM_KC - 1) / GEMM_KC;
    const int tallest = (int)((s->m + panels - 1) / panels);
    enum { EDGE_ROWS = 8 };
    T edge[EDGE_ROWS * 8 * LANES];                    /* the last rows of B, where a whole vector would leave the array */
    for (int64_t q = 0; q < blocks; q++) {
        const int64_t k0 = s->k * q / blocks, kc = s->k * (q + 1) / blocks - k0;
        const int load = q > 0 || s->accumulate, last = q + 1 == blocks;
        int nv;
        for (int64_t j = 0; j < s->n; j += (int64_t)nv * LANES) {
            const int64_t left = s->n - j;
            NAME(tile_for)(tallest, (left + LANES - 1) / LANES, &nv);
            const int64_t full = (int64_t)nv * LANES, width = left < full ? left : full;
            const T *bp = b + k0 * s->b_k + j;
            /* steps whose vectors end inside B */
            int64_t room = b_end - bp - full, safe = room < 0 ? 0 : room / s->b_k + 1;
            safe = safe > kc ? kc : safe;
            for (int64_t p = 0; p < panels; p++) {
                const int64_t r0 = s->m * p / panels;
                NAME(Block) t = {.mr = (int)(s->m * (p + 1) / panels - r0), .load = load, .width = width};
                t.tile = NAME(tile_for)(t.mr, nv, &t.nv);
                t.bias = bias ? bias + j : NULL;
                t.done = last && safe == kc;
                const T *ap = a + r0 * s->a_row + k0 * s->a_k;
                T *cp = c + r0 * s->c_row + j;
                if (safe) NAME(run_tile)(&t, s, safe, ap, s->a_row, s->a_k, bp, s->b_k, cp);
                for (int64_t k1 = safe; k1 < kc; k1 += EDGE_ROWS) {
                    const int64_t rows = kc - k1 < EDGE_ROWS ? kc - k1 : EDGE_ROWS;
                    NAME(pack_panel)(bp + k1 * s->b_k, s->b_k, 1, rows, width, full, edge);
                    t.load = load || k1 > 0;
                    t.done = last && k1 + rows == kc;
                    NAME(run_tile)(&t, s, rows, ap + k1 * s->a_k, s->a_row, s->a_k, edge, full, cp);
                }
            }
        }
    }
}

/* Columns of B packed as one row-major block (few rows, B with unit stride along k), then as in place. */
static void NAME(gemm_turned)(const GemmShape *s, const T *a, const T *b, T *c, const T *bias) {
    const int64_t nc = GEMM_NC, blocks = (s->k + GEMM_KC - 1) / GEMM_KC;
    T *packed = (T *)gemm_scratch(sizeof(T) * GEMM_KC * (nc + 8 * LANES));
    for (int64_t q = 0; q < blocks; q++) {
        const int64_t k0 = s->k * q / blocks, kc = s->k * (q + 1) / blocks - k0;
        for (int64_t j0 = 0; j0 < s->n; j0 += nc) {
            const int64_t width = s->n - j0 < nc ? s->n - j0 : nc, padded = (width + LANES - 1) / LANES * LANES;
            GemmShape part = *s;
            NAME(pack_panel)(b + j0 * s->b_col + k0 * s->b_k, s->b_k, s->b_col, kc, width, padded, packed);
            part.k = kc;
            part.n = width;
            part.b_k = padded;
            part.accumulate = s->accumulate || q > 0;
            part.activation = q + 1 == blocks ? s->activation : 0;
            NAME(gemm_in_place)(&part, a + k0 * s->a_k, packed, packed + kc * padded, c + j0,
                                bias && q + 1 == blocks ? bias + j0 : NULL);
        }
    }
}

/* Many rows: panels of B packed for L2, panels of A packed when enough panels of B read them. */
static void NAME(gemm_packed)(const GemmShape *s, const T *a, const T *b, T *c, const T *bias) {
    const int64_t nr = GEMM_NR * LANES, blocks = (s->k + GEMM_KC - 1) / GEMM_KC;
    const int64_t kc_max = s->k < GEMM_KC ? s->k : GEMM_KC, nc_max = s->n < GEMM_NC ? (s->n + nr - 1) / nr * nr : GEMM_NC;
    T *packed_b = (T *)gemm_scratch(sizeof(T) * kc_max * (nc_max + GEMM_MC + GEMM_MR));
    T *packed_a = packed_b + kc_max * nc_max;
    for (int64_t j0 = 0; j0 < s->n; j0 += GEMM_NC) {
        const int64_t nc = s->n - j0 < GEMM_NC ? s->n - j0 : GEMM_NC;
        const int turn_a = nc > 4 * nr;
        for (int64_t q = 0; q < blocks; q++) {
            const int64_t k0 = s->k * q / blocks, kc = s->k * (q + 1) / blocks - k0;
            const int load = q > 0 || s->accumulate, last = q + 1 == blocks;
            for (int64_t j = 0; j < nc; j += nr) {
                const int64_t width = nc - j < nr ? nc - j : nr;
                NAME(pack_panel)(b + (j0 + j) * s->b_col + k0 * s->b_k, s->b_k, s->b_col, kc, width, nr, packed_b + j * kc);
            }
            const int64_t row_blocks = (s->m + GEMM_MC - 1) / GEMM_MC;
            for (int64_t ib = 0; ib < row_blocks; ib++) {
                const int64_t i0 = s->m * ib / row_blocks, mc = s->m * (ib + 1) / row_blocks - i0;
                const int64_t panels = (mc + GEMM_MR - 1) / GEMM_MR;
                if (turn_a)
                    for (int64_t p = 0; p < panels; p++) {
                        const int64_t r0 = mc * p / panels, rows = mc * (p + 1) / panels - r0;
                        NAME(pack_rows)(a + (i0 + r0) * s->a_row + k0 * s->a_k, s->a_row, s->a_k, kc, rows, packed_a + r0 * kc);
                    }
                for (int64_t j = 0; j < nc; j += nr) {
                    const int64_t width = nc - j < nr ? nc - j : nr;
                    NAME(Block) t = {.load = load, .done = last, .width = width, .bias = bias ? bias + j0 + j : NULL};
                    for (int64_t p = 0; p < panels; p++) {
                        const int64_t r0 = mc * p / panels;
                        T *cp = c + (i0 + r0) * s->c_row + j0 + j;
                        t.mr = (int)(mc * (p + 1) / panels - r0);
                        if (turn_a) {
                            t.tile = NAME(packed_tile_for)(t.mr);
                            t.nv = GEMM_NR;
                            NAME(run_tile)(&t, s, kc, packed_a + r0 * kc, 1, t.mr, packed_b + j * kc, nr, cp);
                        } else {
                            t.tile = NAME(tile_for)(t.mr, (width + LANES - 1) / LANES, &t.nv);
                            NAME(run_tile)(&t, s, kc, a + (i0 + r0) * s->a_row + k0 * s->a_k, s->a_row, s->a_k, packed_b + j * kc,
                                           nr, cp);
                        }
                    }
                }
            }
        }
    }
}

/* k = 0: the sum is empty (or the old C). */
static void NAME(gemm_empty)(const GemmShape *s, T *c, const T *bias) {
    for (int64_t i = 0; i < s->m; i++) {
        T *row = c + i * s->c_row;
        for (int64_t j = 0; j < s->n; j++) row[j] = (s->accumulate ? row[j] : 0) + (bias ? bias[j] : 0);
        if (s->activation) NAME(activate)(s->activation, s->attr, row, row, s->n);
    }
}

/* C = activation(A B + bias); b_end is the end of B's array, behind which nothing may be read. */
static void NAME(gemm)(const GemmShape *s, const T *a, const T *b, const T *b_end, T *c, const T *bias) {
    if (s->m <= 0 || s->n <= 0) return;
    if (s->k <= 0) NAME(gemm_empty)(s, c, bias);
    else if (s->m > 12 * GEMM_MR) NAME(gemm_packed)(s, a, b, c, bias);
    else if (s->b_col == 1) NAME(gemm_in_place)(s, a, b, b_end, c, bias);
    else NAME(gemm_turned)(s, a, b, c, bias);
}

#undef T
#undef V
#undef VU
#undef LANES
#undef INT
#undef NAME
