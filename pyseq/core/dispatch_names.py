"""What tf.keras 2.15 calls functions in the configurations of op layers, where it is not module and name."""

from __future__ import annotations

# "module.name" of pyseq.tf -> the name in configurations.
CANONICAL = {
    "argsort": "argsort", "boolean_mask": "boolean_mask", "clip_by_norm": "clip_by_norm", "matmul": "linalg.matmul",
    "gather": "compat.v1.gather", "pad": "compat.v1.pad", "rank": "rank", "shape": "compat.v1.shape",
    "size": "compat.v1.size", "squeeze": "compat.v1.squeeze", "transpose": "compat.v1.transpose",
    "divide": "math.divide", "math.mod": "math.floormod",
}  # fmt: skip

# Functions of Keras -> the function of TensorFlow that tf.keras records in their place, and how many leading arguments
# of both mean the same. A call that says more is recorded under its own name.
SAME_CALL = {
    **{f"keras.backend.{k}": (f"math.{k}", 1) for k in "abs cos exp log round sign sin sqrt square sigmoid tanh "
       "softplus".split()},
    **{f"keras.backend.{k}": (f"math.{k}", 2) for k in "equal greater greater_equal less less_equal maximum minimum not_equal "
       "pow".split()},
    **{f"keras.backend.{k}": (f"math.reduce_{k}", 3) for k in "all any max mean min prod sum std".split()},
    **{f"keras.backend.{k}": (k, 2) for k in "reshape expand_dims stack tile cast".split()},
    **{f"keras.{m}.{k}": (f"nn.{k}", 1) for k in "relu elu softsign".split() for m in ("backend", "activations")},
    **{f"keras.activations.{k}": (f"math.{k}", 1) for k in "sigmoid tanh softplus exp".split()},
    "keras.activations.selu": ("nn.selu", 1), "keras.activations.gelu": ("nn.gelu", 2),
    "keras.activations.softmax": ("nn.softmax", 2), "keras.activations.log_softmax": ("nn.log_softmax", 2),
    "keras.activations.exponential": ("math.exp", 1),
    "keras.activations.swish": ("nn.silu", 1), "keras.activations.linear": ("identity", 1),
    "keras.backend.var": ("math.reduce_variance", 3), "keras.backend.logsumexp": ("math.reduce_logsumexp", 3),
    "keras.backend.softmax": ("nn.softmax", 2), "keras.backend.clip": ("clip_by_value", 3),
    "keras.backend.concatenate": ("concat", 2),
    "keras.backend.permute_dimensions": ("compat.v1.transpose", 2), "keras.backend.squeeze": ("compat.v1.squeeze", 2),
    "keras.backend.shape": ("compat.v1.shape", 1), "keras.backend.l2_normalize": ("math.l2_normalize", 2),
}  # fmt: skip

# Functions that no configuration may name: they change the process, or are not about tensors.
NOT_OPS = {
    f"keras.backend.{k}" for k in "clear_session epsilon eval floatx function get_session get_uid get_value image_data_format "
    "is_keras_tensor learning_phase manual_variable_initialization reset_uids set_epsilon set_floatx "
    "set_image_data_format set_learning_phase set_session set_value batch_set_value batch_get_value gradients update "
    "update_add update_sub moving_average_update variable rnn map_fn foldl foldr in_train_phase in_test_phase".split()
} | {"constant", "map_fn", "vectorized_map", "cond", "while_loop", "print", "numpy_function", "py_function", "foldl", "foldr",
     "scan", "random.set_seed", "function", "is_tensor"}  # fmt: skip
