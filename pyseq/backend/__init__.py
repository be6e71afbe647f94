"""The face of tf.keras.backend: settings of the process, and functions on tensors under the names Keras gave them.

settings.py    floatx and its like, names, the learning phase      values.py   variables, values, updates, random numbers
arrays.py      arithmetic, reductions, products, shapes            nn.py       activations, losses, normalisation
control.py     switch, in_train_phase, map_fn, function            images.py   convolutions, pooling, resizing
"""

from pyseq._faces import missing as _missing
from pyseq.backend import arrays, control, experimental, images, nn, settings, values  # noqa: F401
from pyseq.core import config as _config
from pyseq.core import dispatch as _dispatch
from pyseq.losses.ctc import ctc_batch_cost  # noqa: F401

_FACE = {
    arrays: "abs all any arange argmax argmin batch_dot batch_flatten cast cast_to_floatx clip concatenate cos cumprod "
    "cumsum dot equal exp expand_dims flatten gather greater greater_equal in_top_k l2_normalize less less_equal "
    "log logsumexp max maximum mean min minimum not_equal one_hot permute_dimensions pow prod repeat "
    "repeat_elements reshape reverse round sign sin spatial_2d_padding spatial_3d_padding sqrt square squeeze "
    "stack std stop_gradient sum temporal_padding tile transpose var",
    control: "foldl foldr function gradients in_test_phase in_train_phase map_fn name_scope print_tensor switch",
    images: "conv1d conv2d conv2d_transpose conv3d depthwise_conv2d pool2d pool3d resize_images resize_volumes "
    "separable_conv2d",
    nn: "batch_normalization bias_add binary_crossentropy binary_focal_crossentropy categorical_crossentropy "
    "categorical_focal_crossentropy dropout elu hard_sigmoid normalize_batch_in_training relu sigmoid softmax "
    "softplus softsign sparse_categorical_crossentropy tanh",
    settings: "backend clear_session get_uid learning_phase learning_phase_scope manual_variable_initialization reset_uids "
    "set_learning_phase",
    values: "batch_get_value batch_set_value constant count_params dtype eval eye get_value int_shape is_keras_tensor "
    "is_sparse moving_average_update ndim ones ones_like placeholder random_bernoulli random_binomial "
    "random_normal random_normal_variable random_uniform random_uniform_variable set_value shape to_dense "
    "truncated_normal update update_add update_sub variable zeros zeros_like",
    _config: "epsilon floatx image_data_format set_epsilon set_floatx set_image_data_format",
}
for _module, _names in _FACE.items():
    globals().update({_name: getattr(_module, _name) for _name in _names.split()})

# What this version has not, and what comes nearest.
_ABSENT = {
    "local_conv1d local_conv2d": "there are no convolutions here whose windows have weights of their own; use conv1d, conv2d",
    "rnn": "there are no recurrent layers here yet; use foldl, or tf.scan",
    "ctc_decode ctc_label_dense_to_sparse": "there are no sparse tensors; ctc_batch_cost is the loss",
}
_REASONS = {name: reason for names, reason in _ABSENT.items() for name in names.split()}
_nearest = _missing(__name__, lambda: [*globals(), *_REASONS])


def __getattr__(name):
    if name in _REASONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: {_REASONS[name]}.")
    return _nearest(name)


_dispatch.face(globals(), "keras.backend")
