"""Measures how fast faces are drawn, in pictures per second of one core.

Usage: python benchmarks/faces_rate.py [--people 3]

Processor time is what counts here, so that other programs on the machine matter less; the
libraries' own threads are off.
"""

import argparse
import os
import time

CASES = (("multipie", 64), ("multipie", 128), ("varied", 64), ("varied", 128))


def measure(preset, image_size, people):
    """Returns pictures per second of processor time, targets included, and the pictures drawn."""
    from tfgan_compress.data.faces.identity import sample_identity
    from tfgan_compress.data.faces.scene import Scene
    from tfgan_compress.data.faces.views import View, preset_views

    Scene(sample_identity(0), image_size).draw(View())  # Loads and projects what all share.
    count, start = 0, time.process_time()
    for seed in range(people):
        views = preset_views(preset, seed)
        if preset == "varied":
            views = [*views, *dict.fromkeys(view.target() for view in views)]
        scene = Scene(sample_identity(seed), image_size)
        for view in views:
            scene.draw(view)
        count += len(views)
    return count / (time.process_time() - start), count


def main():
    """Prints one line a case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=3, help="people drawn for each case")
    people = parser.parse_args().people
    for preset, image_size in CASES:
        rate, count = measure(preset, image_size, people)
        print(f"{preset:9s} {image_size:4d} px: {rate:6.1f} pictures/s a core ({count} pictures)")


if __name__ == "__main__":
    # Read when NumPy and OpenCV load, which `measure` does.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    main()
