"""What replicas of one training step tell each other (`training.distribution` makes them).

A replica works on its share of a batch. Where a step has only one, and on the torch backend, these
functions return what they were given.
"""

import keras
from keras import ops


def mean_over_replicas(tensor):
    """Returns the mean of all replicas' values of `tensor`, which may have any shape."""
    context = _context()
    return tensor if context is None else context.all_reduce("MEAN", tensor)


def of_first_replica(tensor):
    """Returns `tensor` on the first replica, zeros of its shape on the others."""
    context = _context()
    if context is None:
        return tensor
    return tensor * ops.cast(ops.equal(context.replica_id_in_sync_group, 0), tensor.dtype)


def loggable(value):
    """Returns the scalar `value` of a log in the shape in which Keras averages it over replicas.

    Between machines Keras (3.15) takes the mean along the first axis, which a scalar lacks.
    """
    context = _context()
    if context is None:
        return value
    import tensorflow as tf

    machines = isinstance(context.strategy, tf.distribute.MultiWorkerMirroredStrategy)
    return ops.reshape(value, (1,)) if machines else value


def check_same(name, number):
    """Makes sure, between steps, that all workers of a strategy have the same `number`.

    Raises:
        ValueError: On every worker, if they differ; `name` says in what.
    """
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    strategy = tf.distribute.get_strategy()
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return  # One process cannot disagree with itself.
    # Autograph can not read lambdas inside lambdas, and says so.
    own = tf.function(lambda: strategy.run(lambda: tf.constant([number], "int64")), autograph=False)
    found = strategy.gather(own(), axis=0)
    if len(numbers := set(found.numpy().tolist())) > 1:
        raise ValueError(
            f"All workers must have the same {name}. Received: {sorted(numbers)}. Copy the run "
            "directory of one worker over those of the others, and start all of them again."
        )


def _context():
    """The replica context of `strategy.run` where there are several replicas, else None."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    return context if context is not None and context.num_replicas_in_sync > 1 else None
