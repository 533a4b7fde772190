"""Round trip of a cell that changes each time, and start, against ipykernel; interleaved."""

import statistics
import time

from session import kernel, run

ROUNDS = 100
CELLS = {"forkpoint": "1+{n}", "python3": "1+{n}"}


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main():
    starts = {name: [] for name in CELLS}
    for _ in range(5):
        for name in CELLS:
            began = time.perf_counter()
            with kernel(name):
                starts[name].append((time.perf_counter() - began) * 1e3)
    trips = {name: [] for name in CELLS}
    with kernel("forkpoint") as ours, kernel("python3") as theirs:
        clients = {"forkpoint": ours, "python3": theirs}
        for name, client in clients.items():
            for n in range(10):
                run(client, CELLS[name].format(n=10_000 + n))
        for n in range(ROUNDS):
            for name, client in clients.items():
                trips[name].append(run(client, CELLS[name].format(n=n))[0])
    for title, figures in (("start to ready", starts), ("round trip", trips)):
        for name, values in figures.items():
            print(
                f"  {title:15} {name:10} median {statistics.median(values):7.1f} ms"
                f"  p95 {percentile(values, 0.95):7.1f} ms  n={len(values)}"
            )
        ratio = statistics.median(figures["forkpoint"]) / statistics.median(figures["python3"])
        print(f"  {title:15} forkpoint / ipykernel = {ratio:.2f}")


main()
