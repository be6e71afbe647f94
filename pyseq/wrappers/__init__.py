"""Models as scikit-learn estimators.

scikit_learn                   KerasClassifier, KerasRegressor of tf.keras up to 2.11
SKLearnClassifier, ...         those of Keras 3; scikit-learn is imported with them
"""

from pyseq._faces import missing as _missing
from pyseq.wrappers import scikit_learn

_ESTIMATORS = ("SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer")
__all__ = ["scikit_learn", *_ESTIMATORS]
__getattr__ = _missing(__name__, lambda: __all__, {name: f"pyseq.wrappers.estimators:{name}" for name in _ESTIMATORS})
