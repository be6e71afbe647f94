"""Colours of pixels.  x, y (N, 3): red, green, blue, or hue, saturation, value; all in [0, 1].

    v = max(r, g, b),  s = (v - min) / v,  h = (g - b) / span / 6  where r is v, (2 + (b - r) / span) / 6 where g is,
    (4 + (r - g) / span) / 6 else, all modulo 1;  span = v - min.  Source: Smith, 1978, "Color gamut transform pairs".

shift_colors turns hues by delta[0] and multiplies saturations by factor[0], up to 1.

adjust_contrast  (x - mean) * factor + mean, cut off at low and high: x (N, P, C), mean that of each image's channel, C <= RUN.
             Images are gone over RUN elements at a time, means summed up as doubles every SUMS times.   dim: p c.
             attr: low, high.   parts: images.

dim of the others: n.   parts: PART pixels.   BLOCK pixels at a time are taken apart by channel, so that loops run over vectors.
"""
from libc.math cimport floor
from libc.stdint cimport int64_t, uintptr_t
from instruction cimport F32, Instruction

cdef enum:
    BLOCK = 64
    PART = 4096
    RUN = 512
    SUMS = 64

ctypedef fused real:
    float
    double


cdef inline void apart(const real *x, int64_t n, real *a, real *b, real *c) noexcept nogil:
    cdef int64_t j
    for j in range(n):
        a[j] = x[3 * j]
        b[j] = x[3 * j + 1]
        c[j] = x[3 * j + 2]


cdef inline void together(const real *a, const real *b, const real *c, int64_t n, real *y) noexcept nogil:
    cdef int64_t j
    for j in range(n):
        y[3 * j] = a[j]
        y[3 * j + 1] = b[j]
        y[3 * j + 2] = c[j]


cdef inline void to_hsv(int64_t n, real *a, real *b, real *c) noexcept nogil:
    cdef real red, green, blue, value, span, some, hue, sixth = <real>(1.0 / 6.0)
    cdef int64_t j
    for j in range(n):
        red, green, blue = a[j], b[j], c[j]
        value = red if red > green else green
        value = value if value > blue else blue
        some = red if red < green else green
        some = some if some < blue else blue
        span = value - some
        some = red - green
        hue = <real>4
        some = blue - red if green == value else some
        hue = <real>2 if green == value else hue
        some = green - blue if red == value else some
        hue = <real>0 if red == value else hue
        hue = (hue + some / (span if span > 0 else <real>1)) * sixth
        hue = hue + 1 if hue < 0 else hue
        a[j] = hue if span > 0 else <real>0
        b[j] = span / (value if value > 0 else <real>1) if value > 0 else <real>0
        c[j] = value


cdef inline real of_channel(real distance, real saturation, real value) noexcept nogil:
    distance = distance if distance > 0 else <real>0
    distance = distance if distance < 1 else <real>1
    return (saturation * distance + (1 - saturation)) * value


cdef inline real size(real x) noexcept nogil:
    return x if x > 0 else -x


cdef inline void to_rgb(int64_t n, real *a, real *b, real *c) noexcept nogil:
    cdef real hue, saturation, value
    cdef int64_t j
    for j in range(n):
        hue, saturation, value = a[j] * 6, b[j], c[j]
        a[j] = of_channel(size(hue - 3) - 1, saturation, value)
        b[j] = of_channel(2 - size(hue - 2), saturation, value)
        c[j] = of_channel(2 - size(hue - 4), saturation, value)


cdef inline void shift(int64_t n, real *a, real *b, real delta, real factor) noexcept nogil:
    cdef real hue, strong
    cdef int64_t j
    for j in range(n):
        hue = a[j] + delta
        a[j] = hue - <real>floor(hue)
        strong = b[j] * factor
        strong = strong if strong > 0 else <real>0
        b[j] = strong if strong < 1 else <real>1


cdef inline void changed(
    const Instruction *i, int64_t first, int64_t last, const real *x, real *y, bint hsv, bint shifted, bint rgb
) noexcept nogil:
    cdef real a[BLOCK]
    cdef real b[BLOCK]
    cdef real c[BLOCK]
    cdef int64_t block, at, n, end = last * PART if last * PART < i.dim[0] else i.dim[0]
    for block in range(first * (PART // BLOCK), (end + BLOCK - 1) // BLOCK):
        at = block * BLOCK
        n = BLOCK if end - at > BLOCK else end - at
        apart(x + 3 * at, n, a, b, c)
        if hsv: to_hsv(n, a, b, c)
        if shifted: shift(n, a, b, (<const real *>i.in_[1])[0], (<const real *>i.in_[2])[0])
        if rgb: to_rgb(n, a, b, c)
        together(a, b, c, n, y + 3 * at)


cdef void rgb_to_hsv(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    if i.dtype == F32: changed(i, first, last, <const float *>i.in_[0], <float *>i.out[0], True, False, False)
    else: changed(i, first, last, <const double *>i.in_[0], <double *>i.out[0], True, False, False)


cdef void hsv_to_rgb(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x   out: y
    if i.dtype == F32: changed(i, first, last, <const float *>i.in_[0], <float *>i.out[0], False, False, True)
    else: changed(i, first, last, <const double *>i.in_[0], <double *>i.out[0], False, False, True)


cdef void shift_colors(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, delta, factor   out: y
    if i.dtype == F32: changed(i, first, last, <const float *>i.in_[0], <float *>i.out[0], True, True, True)
    else: changed(i, first, last, <const double *>i.in_[0], <double *>i.out[0], True, True, True)


cdef void means(const real *x, int64_t n, int64_t c, int64_t run, real *mean) noexcept nogil:
    # of each channel, in mean[0] to mean[run - 1] again and again; x holds n elements
    cdef real part[RUN]
    cdef double total[RUN]
    cdef int64_t at = 0, end, j, length
    for j in range(run):
        total[j] = 0
    while at < n:
        for j in range(run):
            part[j] = 0
        end = at + SUMS * run if n - at > SUMS * run else n
        while at < end:
            length = run if end - at > run else end - at
            for j in range(length):
                part[j] += x[at + j]
            at += length
        for j in range(run):
            total[j] += part[j]
    for j in range(c, run):
        total[j % c] += total[j]
    for j in range(run):
        mean[j] = <real>(total[j % c] * c / n)


cdef void contrast(const Instruction *i, int64_t first, int64_t last, const real *x, real *y) noexcept nogil:
    cdef int64_t c = i.dim[1], n = i.dim[0] * c, run = RUN // c * c, at, image, length, j
    cdef real mean[RUN]
    cdef real factor = (<const real *>i.in_[1])[0], low = <real>i.attr[0], high = <real>i.attr[1], u
    cdef const real *x_n
    cdef real *y_n
    for image in range(first, last):
        means(x + image * n, n, c, run, mean)
        at = 0
        while at < n:
            length = run if n - at > run else n - at
            x_n, y_n = x + image * n + at, y + image * n + at
            for j in range(length):
                u = (x_n[j] - mean[j]) * factor + mean[j]
                u = low if u < low else u
                y_n[j] = high if u > high else u
            at += length


cdef void adjust_contrast(const Instruction *i, int64_t first, int64_t last) noexcept nogil:
    # in: x, factor   out: y
    if i.dtype == F32: contrast(i, first, last, <const float *>i.in_[0], <float *>i.out[0])
    else: contrast(i, first, last, <const double *>i.in_[0], <double *>i.out[0])


KERNELS = {
    "adjust_contrast": <uintptr_t>&adjust_contrast,
    "rgb_to_hsv": <uintptr_t>&rgb_to_hsv, "hsv_to_rgb": <uintptr_t>&hsv_to_rgb, "shift_colors": <uintptr_t>&shift_colors,
}
