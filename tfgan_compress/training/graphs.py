"""What makes the first step of a TensorFlow graph slow, and is of no use later."""

import keras


def skip_graph_rewrites():
    """Turns TensorFlow's graph rewriting (Grappler) off for this process, where there is no GPU.

    For a TP-GAN it took longer than the tracing before it (8 s of 21 s), and neither training
    steps nor inference were faster for it on a CPU. Does nothing on other backends.
    """
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
