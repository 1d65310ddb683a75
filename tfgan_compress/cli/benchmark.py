"""`tfgan-compress benchmark FILE...`."""

HELP = "measure latency, peak memory and size of .tflite files"

EPILOG = """\
Latency by the paper's protocol: batch 1, 100 runs to warm up, 100 timed. Close other programs
first, and compare files only within one call.

examples:
  tfgan-compress benchmark exported/*/model.tflite
  tfgan-compress benchmark teacher.tflite student.tflite --threads 4 --json latency.json
  tfgan-compress benchmark int8/model.tflite --operators 15"""


def add_arguments(parser):
    """Adds the options of `benchmark`."""
    parser.epilog = EPILOG
    parser.add_argument("files", nargs="+", metavar="FILE", help=".tflite files")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")
    parser.add_argument("--warmup", type=int, default=100, help="runs before the clock starts")
    parser.add_argument("--runs", type=int, default=100, help="timed runs (default: 100)")
    parser.add_argument(
        "--json", metavar="PATH", help="also write the figures to PATH; '-' prints them instead"
    )
    parser.add_argument(
        "--operators",
        type=int,
        default=0,
        metavar="N",
        help="also the N kinds of operators that take longest, each run alone",
    )


def run(arguments):
    """Prints a table of all files."""
    import json

    from tfgan_compress.benchmark import benchmark
    from tfgan_compress.files import write_json

    options = {"threads": arguments.threads, "warmup": arguments.warmup, "runs": arguments.runs}
    if arguments.operators < 0:
        raise ValueError(f"--operators must be at least 0. Received: {arguments.operators}.")
    results = [benchmark(path, **options) for path in arguments.files]
    if arguments.operators:
        from tfgan_compress.operators import time_operators

        for result in results:
            result["operators"] = time_operators(result["file"], threads=arguments.threads)
    if arguments.json == "-":
        print(json.dumps(results, indent=2))
        return 0
    print_table(results)
    for result in results if arguments.operators else ():
        print_operators(result, arguments.operators)
    if arguments.json:
        write_json(arguments.json, results)
    return 0


def print_table(results):
    """Prints what `benchmark.benchmark` returned for each file, one line a file."""
    widest = max(4, *(len(result["file"]) for result in results))
    print(f"{'file':{widest}}  {'size':>9}  {'mean':>9}  {'p50':>9}  {'p95':>9}  {'memory':>9}")
    for result in results:
        times = [f"{result['latency_ms'][key]:6.2f} ms" for key in ("mean", "p50", "p95")]
        size, memory = (n / 1e6 for n in (result["bytes"], result["memory_bytes"]["growth"]))
        print(f"{result['file']:{widest}}  {size:6.2f} MB  {'  '.join(times)}  {memory:6.1f} MB")
    print(
        f"\n{results[0]['threads']} thread(s) on {results[0]['device']}; memory is what the model"
    )
    print("adds to a process at its peak.")


def print_operators(result, most):
    """Prints the `most` kinds of operators of a file that take longest, and all of them together.

    Args:
        result: What `benchmark.benchmark` returned, with `operators.time_operators` of the file.
        most: Number of lines.
    """
    rows = result["operators"]
    whole = sum(row["ms"] for row in rows)
    print(f"\n{result['file']}: operators alone, {whole:.2f} ms in all")
    for row in rows[:most]:
        shapes = " ".join("x".join(map(str, shape)) or "-" for shape in row["inputs"])
        output = "x".join(map(str, row["output"]))
        print(f"{row['ms']:8.3f} ms  {row['count']:3} x {row['operator']:18} {shapes} -> {output}")
