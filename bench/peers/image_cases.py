"""What bench_image.py times in pyseq and in TensorFlow: `cases(tf)` gives functions of the same names for either.

Images are (16, 224, 224, 3) or so; layers see what they see in training, batches of (64, 224, 224, 3) and (128, 32, 32, 3).
"""

import numpy as np

METHODS = "bilinear nearest bicubic area lanczos3 lanczos5 gaussian mitchellcubic".split()


def numbers(*shape, dtype="float32"):
    return (np.random.default_rng(0).random(shape) * (255 if dtype == "uint8" else 1)).astype(dtype)


def cases(tf):
    """{name: a function that makes the function without arguments that is timed}."""
    return {**resizing(tf), **layers(tf), **ops(tf), **upsampling(tf), **generators(tf)}


def resizing(tf):
    def case(method, c, dtype, to, antialias):
        x = tf.constant(numbers(max(1, 16 // c), 224, 224, c, dtype=dtype))
        return lambda: tf.image.resize(x, (to, to), method, antialias=antialias)

    made = {}
    for method in METHODS:
        plain = method in ("bilinear", "nearest")
        for c, dtype, to, antialias in [
            (c, dtype, to, False) for c in ((1, 3, 4, 16, 64) if plain else (1, 3, 64))
            for dtype in (("float32", "uint8") if plain else ("float32",)) for to in (112, 180, 448)
        ] + [(3, "float32", 112, True)] * (method not in ("nearest", "area")):  # fmt: skip
            name = f"resize {method}, C={c}, {dtype}, 224 to {to}{', antialias' * antialias}"
            made[name] = lambda given=(method, c, dtype, to, antialias): case(*given)
    return made


def layers(tf):
    of = tf.keras.layers

    def case(layer, shape, dtype, training):
        x = tf.constant(numbers(*shape, dtype=dtype))
        step = tf.function(lambda x: layer(x, training=True) if training else layer(x))
        return lambda: step(x)

    made = {}
    for shape in ((64, 224, 224, 3), (128, 32, 32, 3)):
        n = shape[1] * 7 // 8
        plain = {
            "Rescaling": lambda: of.Rescaling(1 / 127.5, -1), "Resizing": lambda n=n: of.Resizing(n, n),
            "Resizing up": lambda n=n: of.Resizing(n * 10 // 7, n * 10 // 7), "CenterCrop": lambda n=n: of.CenterCrop(n, n),
            "Normalization": lambda: of.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.1, 0.2, 0.3]),
        }  # fmt: skip
        random = {
            "RandomFlip": of.RandomFlip, "RandomRotation": lambda: of.RandomRotation(0.1), "RandomZoom": lambda: of.RandomZoom(0.2),
            "RandomTranslation": lambda: of.RandomTranslation(0.1, 0.1), "RandomContrast": lambda: of.RandomContrast(0.2),
            "RandomBrightness": lambda: of.RandomBrightness(0.2), "RandomCrop": lambda n=n: of.RandomCrop(n, n),
        }  # fmt: skip
        for name, make in {**plain, **random}.items():
            for dtype in ("float32", "uint8") if name in ("Rescaling", "Resizing") else ("float32",):
                given = shape, dtype, name in random
                made[f"{name}, {shape}, {dtype}"] = lambda make=make, given=given: case(make(), *given)
    return made


def ops(tf):
    image, channel, of_image = tf.image, numbers(3), numbers(16, 1, 1, 3)
    of_pixel = tf.constant(numbers(16, 224, 224, 1))
    boxes, each = np.tile(np.float32([0.1, 0.1, 0.9, 0.8]), (16, 1)), np.arange(16, dtype="int32")
    functions = {
        "rgb_to_hsv": image.rgb_to_hsv, "hsv_to_rgb": image.hsv_to_rgb, "rgb_to_grayscale": image.rgb_to_grayscale,
        "grayscale_to_rgb": lambda x: image.grayscale_to_rgb(x[..., :1]), "rgb_to_yuv": image.rgb_to_yuv,
        "adjust_hue": lambda x: image.adjust_hue(x, 0.2), "adjust_saturation": lambda x: image.adjust_saturation(x, 1.5),
        "adjust_contrast": lambda x: image.adjust_contrast(x, 1.5), "adjust_brightness": lambda x: image.adjust_brightness(x, 0.1),
        "adjust_gamma": lambda x: image.adjust_gamma(x, 2.2), "per_image_standardization": image.per_image_standardization,
        "convert_image_dtype": lambda x: image.convert_image_dtype(x, tf.uint8, saturate=True),
        "flip_left_right": image.flip_left_right, "transpose": image.transpose, "rot90": image.rot90,
        "pad_to_bounding_box": lambda x: image.pad_to_bounding_box(x, 3, 4, 240, 240),
        "central_crop": lambda x: image.central_crop(x, 0.5), "total_variation": image.total_variation,
        "extract_patches": lambda x: image.extract_patches(x, [1, 16, 16, 1], [1, 8, 8, 1], [1, 1, 1, 1], "VALID"),
        "crop_and_resize": lambda x: image.crop_and_resize(x, boxes, each, (224, 224)), "sobel_edges": image.sobel_edges,
        "psnr": lambda x: image.psnr(x, x, 1.0), "ssim": lambda x: image.ssim(x, x, 1.0),
        "x * (3,)": lambda x: x * channel, "x * (16, 1, 1, 3)": lambda x: x * of_image,
        "x * (16, 224, 224, 1)": lambda x: x * of_pixel,
    }  # fmt: skip

    def case(function):
        x = tf.constant(numbers(16, 224, 224, 3))
        return lambda: function(x)

    return {name: lambda function=function: case(function) for name, function in functions.items()}


def upsampling(tf):
    def case(c, size, how, back):
        layer, x = tf.keras.layers.UpSampling2D(2, interpolation=how), tf.constant(numbers(16, size, size, c))
        dy = tf.constant(numbers(16, 2 * size, 2 * size, c))
        if not back:
            step = tf.function(lambda x: layer(x))
            return lambda: step(x)

        @tf.function
        def gradient(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            return tape.gradient(y, x, output_gradients=dy)

        return lambda: gradient(x)

    return {
        f"UpSampling2D {how}, C={c}{', gradient' * back}": lambda given=(c, size, how, back): case(*given)
        for c, size in ((3, 112), (16, 56), (64, 28), (256, 14)) for how in ("nearest", "bilinear") for back in (False, True)
    }  # fmt: skip


def generators(tf):
    turned = dict(
        rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.2, horizontal_flip=True
    )
    kinds = {
        "horizontal_flip": dict(horizontal_flip=True),
        "rotation_range": dict(rotation_range=20),
        "five changes": turned,
    }

    def case(given):
        generator = tf.keras.preprocessing.image.ImageDataGenerator(**given)
        flow = generator.flow(255 * numbers(64, 64, 64, 3), batch_size=64, seed=1)
        return lambda: next(flow)

    return {
        f"ImageDataGenerator, 64 images of 64 x 64, {name}": lambda given=given: case(given)
        for name, given in kinds.items()
    }
