"""The tf.keras.utils face."""
