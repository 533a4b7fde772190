"""Prints, interleaved, how long kernels take to start and to answer a cell.

Usage: python round_trip.py KERNEL [KERNEL …] [--samples 50]
Each cell is another one, so that no kernel can reuse its last translation.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel


def answer(client: BlockingKernelClient, code: str) -> float:
    """Milliseconds from sending a cell to its reply; waits for idle as well."""
    began = time.perf_counter()
    msg_id = client.execute(code)
    while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != msg_id:
        pass
    elapsed = time.perf_counter() - began
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"].get("execution_state") == "idle":
                return elapsed * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernels", nargs="+")
    parser.add_argument("--samples", type=int, default=50)
    options = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    running = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.kernels:
            began = time.perf_counter()
            manager, client = start_new_kernel(kernel_name=name, cwd=folder)
            ready = (time.perf_counter() - began) * 1000
            running[name] = (manager, client, [])
            results[name] = {"ready_ms": ready, "first_cell_ms": answer(client, "0")}
        for sample in range(options.samples):
            for name, (_, client, times) in running.items():
                times.append(answer(client, f"{sample} + 1"))
                time.sleep(0.02)
        for name, (manager, client, times) in running.items():
            times.sort()
            results[name]["median_ms"] = statistics.median(times)
            results[name]["p95_ms"] = times[int(0.95 * len(times))]
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    for result in results.values():
        for key, value in result.items():
            result[key] = round(value, 2)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
