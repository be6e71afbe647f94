"""Keras 3's `keras.ops`: functions under the names, arguments and promotion of element types it gave them.

They call the ops beside this package, which keep to TensorFlow's rule that operands are of one type. `pyseq.ops` gives out
their names (`keras.ops.add`), loading a module of this package when one of its names is asked for.
"""

FACE = {
    "arithmetic": "abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_invert "
    "bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor ceil clip cos cosh deg2rad "
    "diff divide divide_no_nan equal erf erfinv exp exp2 expm1 floor floor_divide greater greater_equal hypot "
    "isclose isfinite isinf isnan isneginf isposinf left_shift less less_equal log log10 log1p log2 logaddexp "
    "logical_and logical_not logical_or logical_xor maximum minimum mod multiply nan_to_num negative "
    "not_equal power rad2deg reciprocal right_shift round rsqrt select sign sin sinh sqrt square subtract tan "
    "tanh true_divide trunc where",
    "arrays": "append arange array array_split bartlett blackman broadcast_to concatenate copy diag diagflat diagonal "
    "empty empty_like expand_dims eye flip full full_like get_item hamming hanning hstack identity linspace "
    "logspace meshgrid moveaxis multi_hot ndim nonzero one_hot ones ones_like pad ravel repeat reshape roll "
    "rot90 size split squeeze stack swapaxes take take_along_axis tile transpose tri tril triu vander vstack "
    "zeros zeros_like",
    "core": "cast cond convert_to_numpy convert_to_tensor custom_gradient dtype fori_loop is_tensor map saturate_cast "
    "scan scatter scatter_update shape slice slice_update stop_gradient switch unstack vectorized_map "
    "while_loop",
    "nn": "batch_normalization binary_crossentropy categorical_crossentropy celu dot_product_attention elu gelu glu "
    "hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh layer_normalization leaky_relu log_sigmoid "
    "log_softmax mish normalize relu relu6 rms_normalization selu sigmoid silu soft_shrink softmax softplus "
    "softsign sparse_categorical_crossentropy squareplus swish tanh_shrink threshold",
    "products": "cdist cholesky cross det dot eigh einsum inner inv kron logdet lstsq matmul matrix_rank norm outer pinv "
    "qr slogdet solve solve_triangular svd tensordot trace trapezoid vdot",
    "reductions": "all allclose amax amin any argmax argmin argsort average bincount count_nonzero cumprod cumsum digitize "
    "in_top_k logsumexp max mean median min moments percentile prod ptp quantile searchsorted segment_max "
    "segment_min segment_prod segment_sum sort std sum top_k var",
}

LATER = {name: f"pyseq.ops.face.{module}:{name}" for module, names in FACE.items() for name in names.split()}
