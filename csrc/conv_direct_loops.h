/* Products that read the image by the windows' lines, for one element type: conv.h.  T, LANES, NAME(x) as in conv_loops.h. */

/* A rectangle of pixels of one plane (n, qd): lines [qh, qh + lines), of each the pixels [q, q + rows). */
typedef struct {
    int64_t n, qd, qh, q, lines, rows;
    int64_t at;                      /* where the block holds it */
} NAME(ConvPiece);

/* What a block holds of the source: pixels on a lattice (every `gap`-th), zeros where the window hangs over the edge, as
   [line][plane][pixel of the line][channel].  */
typedef struct {
    int64_t gap[3], step[3], delta[3], reach[3]; /* the axes counted in points of the lattice; points a window spans */
    int64_t pitch, plane, line;      /* elements from pixel to pixel, plane to plane, line to line */
    int64_t width;                   /* pixels q of a piece at most */
    int64_t segments, length;        /* of k: runs of taps that touch, or single taps */
    int64_t together;                /* segments that are multiplied at once */
    int by_k;                        /* is a piece of k multiplied by all columns of the kernel before the next is? */
} NAME(ConvLattice);

static int64_t NAME(conv_piece_size)(const NAME(ConvLattice) *b, int64_t lines) {
    return ((lines - 1) * b->step[1] + b->reach[1]) * b->line;
}

/* Is there room for a window's lines? Else the caller copies the windows. */
static int NAME(conv_lattice)(const ConvView *v, NAME(ConvLattice) *b) {
    for (int j = 0; j < 3; j++) {
        const ConvAxis *a = &v->axis[j];
        b->gap[j] = a->taps > 1 ? conv_gcd(a->step, a->delta) : a->step;
        b->step[j] = a->step / b->gap[j];
        b->delta[j] = a->taps > 1 ? a->delta / b->gap[j] : 1;
        b->reach[j] = a->taps > 0 ? (a->taps - 1) * b->delta[j] + 1 : 0;
    }
    const int64_t taps = v->axis[0].taps * v->axis[1].taps * v->axis[2].taps;
    /* rows of a tile that are a multiple of 1 KB apart would share few sets of the cache */
    b->pitch = v->channels % (1024 / (int)sizeof(T)) ? v->channels : v->channels + 64 / (int)sizeof(T);
    const int touching = taps && b->delta[2] == 1 && b->pitch == v->channels && v->axis[2].taps * v->channels <= CONV_DIRECT_K;
    b->length = touching ? v->axis[2].taps * v->channels : v->channels;
    b->segments = !taps ? 0 : touching ? v->axis[0].taps * v->axis[1].taps : taps;
    b->together = CONV_DIRECT_K / b->length;
    b->width = v->axis[2].count;
    for (int64_t cuts = 1; b->width > 0; cuts++) {
        b->width = (v->axis[2].count + cuts - 1) / cuts;
        b->plane = ((b->width - 1) * b->step[2] + b->reach[2]) * b->pitch;
        b->line = b->plane * v->axis[0].taps;
        if (NAME(conv_piece_size)(b, 1) <= CONV_A || b->width == 1) break;
    }
    return b->segments <= CONV_SEGMENTS && b->together > 0 && NAME(conv_piece_size)(b, 1) <= CONV_A;
}

/* Pieces that cover rows from `row` on, as many as the block holds; the rows covered. */
static int64_t NAME(conv_pieces)(const ConvView *v, const NAME(ConvLattice) *b, int64_t row, int64_t stop, int64_t most,
                                 NAME(ConvPiece) *piece, int *pieces) {
    const ConvAxis *a = v->axis;
    const int64_t start = row;
    int64_t used = 0, lines = 0;
    for (*pieces = 0; row < stop && *pieces < CONV_PIECES && lines < CONV_LINES && row - start < most;) {
        const int64_t q = row % a[2].count, line = row / a[2].count, qh = line % a[1].count, plane = line / a[1].count;
        int64_t rows = a[2].count - q < stop - row ? a[2].count - q : stop - row;
        if (rows > b->width) rows = b->width;
        if (rows >= 2 * most) rows = most;                       /* the scratch of dW does not grow with a line */
        int64_t n = 1;
        if (rows == a[2].count) {
            n = (stop - row) / rows < a[1].count - qh ? (stop - row) / rows : a[1].count - qh;
            if (n > CONV_LINES - lines) n = CONV_LINES - lines;
            const int64_t wanted = (most - (row - start) + rows - 1) / rows;
            if (n > wanted) n = wanted;
            while (n > 1 && used + NAME(conv_piece_size)(b, n) > CONV_A) n--;
        }
        if (used + NAME(conv_piece_size)(b, n) > CONV_A) break;
        piece[(*pieces)++] = (NAME(ConvPiece)){plane / a[0].count, plane % a[0].count, qh, q, n, rows, used};
        used += NAME(conv_piece_size)(b, n);
        lines += n;
        row += n * rows;
    }
    return row - start;
}

/* What the windows of a piece see. */
static void NAME(conv_gather)(const ConvView *v, const NAME(ConvLattice) *b, const NAME(ConvPiece) *p, const T *x, T *to) {
    const ConvAxis *d = &v->axis[0], *h = &v->axis[1], *w = &v->axis[2];
    const int64_t c = v->channels, gap = b->gap[2], first = p->q * w->step + w->first;
    const int64_t points = (p->rows - 1) * b->step[2] + b->reach[2], lines = (p->lines - 1) * b->step[1] + b->reach[1];
    int64_t lo = first >= 0 ? 0 : (-first + gap - 1) / gap, hi = w->extent > first ? (w->extent - first + gap - 1) / gap : 0;
    lo = lo > points ? points : lo;
    hi = hi > points ? points : hi < lo ? lo : hi;
    for (int64_t u = 0; u < lines; u++)
        for (int64_t td = 0; td < d->taps; td++) {
            T *at = to + p->at + u * b->line + td * b->plane;
            const int64_t id = p->qd * d->step + d->first + td * d->delta, ih = p->qh * h->step + h->first + u * b->gap[1];
            if (id < 0 || id >= d->extent || ih < 0 || ih >= h->extent) {
                memset(at, 0, points * b->pitch * sizeof(T));
                continue;
            }
            const T *from = x + (((p->n * d->extent + id) * h->extent + ih) * w->extent + first + lo * gap) * v->pixel;
            memset(at, 0, lo * b->pitch * sizeof(T));
            memset(at + hi * b->pitch, 0, (points - hi) * b->pitch * sizeof(T));
            at += lo * b->pitch;
            if (gap == 1 && b->pitch == v->pixel) NAME(conv_copy)(from, 0, at, 0, 1, (hi - lo) * c);
            else NAME(conv_copy)(from, gap * v->pixel, at, b->pitch, hi - lo, c);
        }
}

/* The source behind what rows up to `row` see, as much as the block of `pieces` holds: the next block's, if blocks follow each other
   pixel by pixel.  */
static NAME(Fetch) NAME(conv_next)(const ConvView *v, const NAME(ConvLattice) *b, const T *x, const NAME(ConvPiece) *piece, int pieces,
                                   int64_t row, int64_t stop, int64_t rows, int64_t steps) {
    const ConvAxis *d = &v->axis[0], *h = &v->axis[1], *w = &v->axis[2];
    if (row >= stop || d->taps > 1 || b->gap[1] > 1 || b->gap[2] > 1 || v->pixel != v->channels) return (NAME(Fetch)){0};
    const NAME(ConvPiece) *last = &piece[pieces - 1];
    const int64_t line = w->extent * v->pixel, plane = (last->n * d->extent + last->qd * d->step) * h->extent;
    int64_t below = (last->qh + last->lines - 1) * h->step + h->first + b->reach[1];
    below = below < 0 ? 0 : below > h->extent ? h->extent : below;
    const int64_t left = stop - row < rows ? stop - row : rows;      /* of the next block */
    return NAME(fetch)(x + (plane + below) * line, left * h->step / w->count * line, steps);
}

/* Where the segments of k begin, from a pixel's first tap. */
static void NAME(conv_segments)(const ConvView *v, const NAME(ConvLattice) *b, int64_t *at) {
    const int64_t w = b->segments == v->axis[0].taps * v->axis[1].taps ? 1 : v->axis[2].taps;
    for (int64_t s = 0; s < b->segments; s++)
        at[s] = s / w % v->axis[1].taps * b->delta[1] * b->line + s / w / v->axis[1].taps * b->plane
                + s % w * b->delta[2] * b->pitch;
}

/* A run of pixels of y that one tile may cross: `rows` of them. Segments outside [s0, s1) see nothing but padding. */
typedef struct { int64_t a, c, rows, s0, s1; } NAME(ConvLine);

static int64_t NAME(conv_lines)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, const NAME(ConvPiece) *piece, int pieces,
                                NAME(ConvLine) *line) {
    const ConvAxis *a = &p->view.axis[1];
    const int64_t per_line = p->view.axis[0].taps == 1 && a->taps > 0 ? b->segments / a->taps : 0;
    int64_t n = 0;
    for (int j = 0; j < pieces; j++)
        for (int64_t l = 0; l < piece[j].lines; l++) {
            const NAME(ConvPiece) *q = &piece[j];
            const ConvRange taps = conv_taps_inside(a, q->qh + l);
            const int64_t d = q->n * p->extent[0] + p->origin[0] + q->qd * p->stride[0];
            const int64_t h = d * p->extent[1] + p->origin[1] + (q->qh + l) * p->stride[1];
            line[n++] = (NAME(ConvLine)){q->at + l * b->step[1] * b->line,
                                         (h * p->extent[2] + p->origin[2] + q->q * p->stride[2]) * p->s.c_row, q->rows,
                                         per_line ? taps.from * per_line : 0, per_line ? taps.stop * per_line : b->segments};
        }
    return n;
}

/* The kernel's tap that is tap t of the turned one. */
static const T *NAME(conv_tap)(const NAME(ConvProduct) *p, int64_t t) {
    const ConvAxis *a = p->view.axis;
    const int64_t tw = p->tap0[2] - t % a[2].taps * p->period[2], th = p->tap0[1] - t / a[2].taps % a[1].taps * p->period[1];
    const int64_t td = p->tap0[0] - t / a[2].taps / a[1].taps * p->period[0];
    return p->b + ((td * p->kernel[1] + th) * p->kernel[2] + tw) * p->channels * p->s.b_k;
}

/* Packs a strip of the turned kernel, columns [j, j + columns), from the kernel itself. */
static void NAME(conv_turn_strip)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, int64_t s0, int64_t s1, int64_t j,
                                  int64_t columns, int64_t padded, T *to) {
    const int64_t f = p->view.channels, per_segment = b->length / f, row = p->s.b_k;
    for (int64_t t = s0 * per_segment; t < s1 * per_segment; t++, to += f * padded) {
        const T *from = NAME(conv_tap)(p, t) + j * row;
        for (int64_t q = 0; q < f; q += 16)
            NAME(turn)(from + q, row, f - q < 16 ? f - q : 16, columns, padded, to + q * padded);
    }
}

/* One strip of columns, `nv` vectors from column j on, of the lines of a block, segments [s0, s1). */
static void NAME(conv_strip)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, const NAME(ConvLine) *line, int64_t lines,
                             const int64_t *segment, int64_t s0, int64_t s1, int64_t j, int nv, const T *a, T *packed,
                             NAME(Fetch) *next) {
    const int64_t left = p->s.n - j, c_row = p->s.c_row * p->stride[2], a_row = b->step[2] * b->pitch;
    const int partial = left < nv * LANES;
    const T *strip = p->b + j;
    NAME(Tile) t = {.kc = b->length, .a_stride = a_row, .c_row = c_row};
    /* the first tile packs the strip: one that sees all of it */
    int64_t start = 0;
    while (packed && start < lines && (line[start].s0 > s0 || line[start].s1 < s1)) start++;
    if (start == lines) start = 0, packed = p->as_is ? packed : NULL;
    const int ahead = packed && !p->as_is && left > nv * LANES && !(b->by_k && s0 > 0);
    if (p->as_is) NAME(conv_turn_strip)(p, b, s0, s1, j, partial ? left : nv * LANES, nv * LANES, packed);
    t.load = s0 > 0;
    t.width = partial ? (int)(left % LANES) : LANES;
    t.bias = s1 == b->segments && p->bias ? p->bias + j : NULL;
    int64_t tile = 0;
    for (int64_t turn = 0; turn < lines; turn++) {
        const int64_t l = turn + start < lines ? turn + start : turn + start - lines;
        const int64_t panels = (line[l].rows + GEMM_MR - 1) / GEMM_MR;
        const int64_t from = line[l].s0 > s0 ? line[l].s0 : s0, to = line[l].s1 < s1 ? line[l].s1 : s1;
        t.segment = segment + from, t.segments = to > from ? to - from : 0;
        for (int64_t i = 0; i < panels; i++, tile++) {
            const NAME(Cut) r = NAME(cut)(line[l].rows, panels, i);
            const int fresh = packed && !tile && !p->as_is;
            t.a = a + line[l].a + r.first * a_row;
            t.b_k = !packed || fresh ? p->s.b_k : nv * LANES;
            t.b = !packed || fresh ? strip + from * b->length * t.b_k : packed + (from - s0) * b->length * t.b_k;
            t.packed = fresh ? packed : NULL;
            t.c = p->c + line[l].c + j + r.first * c_row;
            t.next_a = i + 1 < panels ? r.size * a_row : l + 1 < lines ? line[l + 1].a - line[l].a - r.first * a_row : 0;
            t.next_c = i + 1 < panels ? t.c + r.size * c_row : l + 1 < lines ? p->c + line[l + 1].c + j : NULL;
            if (ahead && tile < 3) {
                t.ahead = strip + nv * LANES + (tile < 2 ? tile * (64 / (int)sizeof(T)) : 2 * LANES - 1);
                t.ahead_k = p->s.b_k;
            } else {
                NAME(fetch_ahead)(next, &t, t.segments * t.kc);
            }
            NAME(tile_function)((int)r.size, nv, NAME(ROWS), partial)(&t);
        }
    }
}

/* The kernel's part that segments [s0, s1) meet. */
static NAME(Fetch) NAME(conv_next_k)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, int64_t s0, int64_t s1, int64_t steps) {
    if (s1 > b->segments) s1 = b->segments;
    if (s0 >= s1) return (NAME(Fetch)){0};
    if (p->as_is) return NAME(fetch)(NAME(conv_tap)(p, s0 * b->length / p->view.channels), p->s.n * p->s.b_k, steps);
    return NAME(fetch)(p->b + s0 * b->length * p->s.b_k, p->s.n == p->s.b_k ? (s1 - s0) * b->length * p->s.b_k : 0, steps);
}

/* All strips of columns of the lines of a block, segments [from, to), at most `most` of them at once. */
static void NAME(conv_strips)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, const NAME(ConvLine) *line, int64_t lines,
                              const int64_t *segment, int64_t from, int64_t to, int64_t most, int tallest, const T *a, T *scratch,
                              NAME(Fetch) *next) {
    int nv;
    for (int64_t j = 0; j < p->s.n; j += nv * LANES) {
        const int64_t left = p->s.n - j, vectors = (left + LANES - 1) / LANES;
        nv = NAME(strip_vectors)(tallest, vectors, left % LANES != 0);
        T *packed = p->s.b_k == nv * LANES && !p->as_is ? NULL : scratch;
        int64_t s0 = from;
        do {
            const int64_t s1 = s0 + most < to ? s0 + most : to;
            NAME(conv_strip)(p, b, line, lines, segment, s0, s1, j, nv, a, packed, next);
            s0 = s1;
        } while (s0 < to);
    }
}

/* Rows [row, stop) of C = A B. */
static void NAME(conv_direct)(const NAME(ConvProduct) *p, NAME(ConvLattice) *b, int64_t row, int64_t stop) {
    const int64_t together = b->together < b->segments ? b->together : b->segments;
    const int64_t in_l2 = CONV_K / b->length > 0 ? CONV_K / b->length : 1, strips = (p->s.n + 2 * LANES - 1) / (2 * LANES);
    int64_t segment[CONV_SEGMENTS];
    NAME(ConvPiece) piece[CONV_PIECES];
    NAME(ConvLine) line[CONV_LINES];
    T *a = (T *)outer_scratch(sizeof(T) * CONV_A);
    T *scratch = (T *)thread_scratch(sizeof(T) * (together * b->length * 8 * LANES));
    NAME(conv_segments)(&p->view, b, segment);
    for (int pieces; row < stop;) {
        const int64_t rows = NAME(conv_pieces)(&p->view, b, row, stop, CONV_ROWS_MAX, piece, &pieces);
        row += rows;
        const int64_t lines = NAME(conv_lines)(p, b, piece, pieces, line);
        int64_t tiles = 0;
        int tallest = 0;
        for (int64_t l = 0; l < lines; l++) {
            const int64_t panels = (line[l].rows + GEMM_MR - 1) / GEMM_MR, most = (line[l].rows + panels - 1) / panels;
            if (most > tallest) tallest = (int)most;
            tiles += panels;
        }
        NAME(Fetch) next = NAME(conv_next)(&p->view, b, p->x, piece, pieces, row, stop, rows,
                                           tiles * b->segments * b->length * strips);
        if (b->segments)
            for (int j = 0; j < pieces; j++) NAME(conv_gather)(&p->view, b, &piece[j], p->x, a);
        b->by_k = rows <= CONV_FEW && b->segments * b->length * p->s.n > CONV_LARGE_B;
        int64_t s0 = 0;
        do {
            const int64_t s1 = b->by_k && s0 + in_l2 < b->segments ? s0 + in_l2 : b->segments;
            if (b->by_k) next = NAME(conv_next_k)(p, b, s1, s1 + in_l2, tiles * (s1 - s0) * b->length * strips);
            NAME(conv_strips)(p, b, line, lines, segment, s0, s1, together, tallest, a, scratch, &next);
            s0 = s1;
        } while (s0 < b->segments);
        if (!p->s.activation) continue;
        GemmShape s = p->s;
        s.c_row *= p->stride[2];
        for (int64_t l = 0; l < lines; l++) NAME(finish)(&s, p->c + line[l].c, line[l].c, 0, line[l].rows, s.n);
    }
}

/* The columns of A in [k0, k1) of a segment: dW's rows there, from lines of A and what follows of dY. */
static void NAME(conv_kernel_panels)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, NAME(Tile) *t, int64_t at, int64_t k0,
                                     int64_t k1, int nv, int partial, const T *a, T *c, const T *strip, T *packed, int *fresh,
                                     NAME(Fetch) *next) {
    const int64_t panels = (k1 - k0 + GEMM_MR - 1) / GEMM_MR;
    for (int64_t i = 0; i < panels; i++, *fresh = 0) {
        const NAME(Cut) r = NAME(cut)(k1 - k0, panels, i);
        const int in_place = !packed || *fresh;
        t->a = a + at + r.first;
        t->b = in_place ? strip : packed;
        t->b_k = in_place ? p->s.b_k : nv * LANES;
        t->packed = packed && *fresh ? packed : NULL;
        t->c = c + (k0 + r.first) * p->s.c_row;
        t->next_c = t->c + r.size * p->s.c_row;
        NAME(fetch_ahead)(next[0].left > 0 ? &next[0] : &next[1], t, t->segments * t->kc);
        NAME(tile_function)((int)r.size, nv, NAME(COLUMNS), partial)(t);
    }
    (void)b;
}

/* Rows [k0, k1) of dW = A^T dY, summed over rows [row, stop) of both; c: dW's row 0. */
static void NAME(conv_direct_kernel)(const NAME(ConvProduct) *p, const NAME(ConvLattice) *b, int64_t row, int64_t stop, int64_t k0,
                                     int64_t k1) {
    int64_t segment[CONV_SEGMENTS], start[CONV_LINES];
    NAME(ConvPiece) piece[CONV_PIECES];
    T *a = (T *)outer_scratch(sizeof(T) * CONV_A);
    const int64_t longest = b->width < 2 * CONV_KERNEL_ROWS ? b->width : 2 * CONV_KERNEL_ROWS;      /* piece */
    T *scratch = (T *)thread_scratch(sizeof(T) * ((CONV_KERNEL_ROWS + longest) * 8 * LANES));
    const int64_t from = row;
    NAME(conv_segments)(&p->view, b, segment);
    for (int pieces; row < stop;) {
        int64_t r = row;
        const int64_t rows = NAME(conv_pieces)(&p->view, b, row, stop, CONV_KERNEL_ROWS, piece, &pieces);
        row += rows;
        const int64_t steps = (k1 - k0 + GEMM_MR - 1) / GEMM_MR * rows * ((p->s.n + 2 * LANES - 1) / (2 * LANES));
        const int64_t of_dy = p->s.n == p->s.b_k ? (stop - row < rows ? stop - row : rows) * p->s.n : 0;
        NAME(Fetch) ahead[2] = {NAME(conv_next)(&p->view, b, p->x, piece, pieces, row, stop, rows, steps),
                               NAME(fetch)(p->b + row * p->s.b_k, of_dy, steps)};
        ahead[0].rate = ahead[1].rate = ahead[0].rate + ahead[1].rate;
        for (int j = 0, next; j < pieces; j = next) {            /* pieces of equal lines together */
            int64_t lines = 0;
            for (next = j; next < pieces && piece[next].rows == piece[j].rows; next++) {
                NAME(conv_gather)(&p->view, b, &piece[next], p->x, a);
                for (int64_t l = 0; l < piece[next].lines; l++) start[lines++] = piece[next].at + l * b->step[1] * b->line;
            }
            NAME(Tile) t = {.kc = piece[j].rows, .segments = lines, .segment = start, .a_stride = b->step[2] * b->pitch};
            t.c_row = p->s.c_row, t.load = r > from;
            int nv;
            for (int64_t f = 0; f < p->s.n; f += nv * LANES) {
                const int64_t left = p->s.n - f, vectors = (left + LANES - 1) / LANES;
                nv = NAME(strip_vectors)(b->length < GEMM_MR ? (int)b->length : GEMM_MR, vectors, left % LANES != 0);
                const int partial = left < nv * LANES;
                int fresh = 1;
                t.width = partial ? (int)(left % LANES) : LANES;
                for (int64_t s = k0 / b->length; s * b->length < k1; s++) {
                    const int64_t at = s * b->length, lo = at < k0 ? k0 : at, hi = at + b->length < k1 ? at + b->length : k1;
                    NAME(conv_kernel_panels)(p, b, &t, segment[s] + lo - at, lo, hi, nv, partial, a, p->c + f,
                                             p->b + r * p->s.b_k + f, p->s.b_k == nv * LANES ? NULL : scratch, &fresh, ahead);
                }
            }
            r += lines * piece[j].rows;
        }
    }
}
