"""Latency, peak memory and size of `.tflite` files, any with fixed shapes; Keras models on a GPU.

The protocol is that of Wei et al. 2021: batch 1, 100 runs to warm up, 100 timed. Only the run
itself is timed, not the copying of pictures. Memory is measured in a fresh process, because a peak
never falls. Left out: NPUs and phones; these are figures of the machine they are taken on.
"""

import importlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tfgan_compress.tflite import load_interpreter

_MEMORY_RUNS = 3
_CHILD = (
    "import sys; from tfgan_compress.benchmark import print_peak_memory as run; run(*sys.argv[1:])"
)


def benchmark(path, *, threads=1, warmup=100, runs=100):
    """Measures one file.

    Args:
        path: The `.tflite` file.
        threads: CPU threads.
        warmup: Runs before the clock starts.
        runs: Timed runs.

    Returns:
        Dict of `file`, `bytes`, `threads`, `latency_ms` (see `latency`), `memory_bytes` (see
        `peak_memory`) and `device`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no `.tflite` file, or a count is not positive.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There must be a .tflite file at {path}.")
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "threads": threads,
        "latency_ms": latency(path, threads=threads, warmup=warmup, runs=runs),
        "memory_bytes": peak_memory(path, threads=threads),
        "device": f"{_processor()}, {os.cpu_count()} cores",
    }


def latency(path, *, threads=1, warmup=100, runs=100):
    """Returns `{"mean", "p50", "p95"}`, milliseconds of one run of a `.tflite` file."""
    if min(threads, runs) < 1 or warmup < 0:
        raise ValueError(
            "threads and runs must be at least 1 and warmup at least 0. Received: "
            f"threads={threads}, runs={runs}, warmup={warmup}."
        )
    return _time(_ready(path, threads).invoke, warmup, runs)


def latency_of(content, *, threads=1, warmup=100, runs=100):
    """Returns what `latency` does, of the bytes of a `.tflite` file that LiteRT can run."""
    return _time(_fed(content, threads).invoke, warmup, runs)


def gpu():
    """Returns the name of the first GPU that TensorFlow sees, or None."""
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if not found:
        return None
    return tf.config.experimental.get_device_details(found[0]).get("device_name", "GPU")


def keras_latency(model, *, device="GPU:0", warmup=100, runs=100):
    """Returns `{"mean", "p50", "p95"}`, milliseconds of a Keras model on one picture.

    Args:
        model: A generator with named inputs, of the tensorflow backend.
        device: TensorFlow's name of the device.
        warmup: Runs before the clock starts.
        runs: Timed runs, each with the copying of the picture back to the host.
    """
    import tensorflow as tf

    generator = np.random.default_rng(0)
    with tf.device(device):
        batch = {
            tensor.name: tf.constant(
                generator.uniform(-1, 1, (1, *tensor.shape[1:])).astype(np.float32)
            )
            for tensor in model.inputs
        }
        compiled = tf.function(lambda inputs: model(inputs, training=False), jit_compile=False)
        # Only what is fetched is sure to be finished.
        return _time(lambda: tf.nest.flatten(compiled(batch))[0].numpy(), warmup, runs)


def _time(run, warmup, runs):
    for _ in range(warmup):
        run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(times, [50, 95])
    return {"mean": float(np.mean(times)), "p50": float(p50), "p95": float(p95)}


def peak_memory(path, *, threads=1):
    """Returns `{"peak", "growth"}` in bytes of a fresh process that loads and runs the file.

    `peak` is the most the whole process ever held, Python and libraries included; `growth` is what
    the model added to it: weights, as the kernels repack them, and activations.
    """
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), str(threads)],
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode:
        last = child.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ValueError(f"{path} could not be run in a fresh process: {last[0]}")
    return json.loads(child.stdout.splitlines()[-1])


def print_peak_memory(path, threads):
    """Runs a file and prints the JSON that `peak_memory` returns; only for a process of its own."""
    importlib.import_module("ai_edge_litert.interpreter")
    before = _peak_bytes()
    interpreter = _ready(path, int(threads))
    for _ in range(_MEMORY_RUNS):
        interpreter.invoke()
    peak = _peak_bytes()
    print(json.dumps({"peak": peak, "growth": peak - before}))


def _ready(path, threads):
    try:
        return _fed(Path(path).read_bytes(), threads)
    except (RuntimeError, ValueError) as error:
        raise ValueError(f"{path} must be a .tflite file that LiteRT can run. {error}") from error


def _fed(content, threads):
    """Returns an interpreter whose inputs hold noise: on zeros some kernels might be faster."""
    interpreter = load_interpreter(content, threads=threads)
    generator = np.random.default_rng(0)
    for detail in interpreter.get_input_details():
        values = generator.uniform(-1, 1, detail["shape"])
        steps = 1 if np.issubdtype(detail["dtype"], np.floating) else 127
        values = np.abs(values) if np.issubdtype(detail["dtype"], np.unsignedinteger) else values
        interpreter.set_tensor(detail["index"], (steps * values).astype(detail["dtype"]))
    return interpreter


def _peak_bytes():
    """The most memory this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux its maximum is inherited from the parent across exec.
        line = next(t for t in status.read_text().splitlines() if t.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    # Imported here, because Windows has no such module.
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _processor():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [t.split(":", 1)[1].strip() for t in lines if t.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
