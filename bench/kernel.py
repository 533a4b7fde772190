"""Forkpoint's kernel against ipykernel, and other TypeScript kernels where they are given; interleaved.

Usage: python bench/kernel.py [--peers FOLDER]   FOLDER as bench/peers.py says, with tslab, Deno or both
"""

import argparse
import logging
import random
import re
import statistics
import tempfile
import time

import peers
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from session import answer, burst, kernel, run

OURS, THEIRS = "forkpoint", "python3"
ROUNDS = 100
PYTHON_CELLS = [
    "1+%d",
    "x%d = [i*%d for i in range(10)]; sum(x%d)",
    "def f%d(a):\n    return a*%d\nf%d(3)",
]
TYPESCRIPT_CELLS = [
    "1+%d",
    "const x%d = Array.from({length:10},(_,i)=>i*%d); x%d.reduce((a,b)=>a+b,0)",
    "function f%d(a: number){ return a*%d }\nf%d(3)",
]
BURST = {
    True: "for i in range({n}): print('line', i)",
    False: "for (let i = 0; i < {n}; i++) console.log('line ' + i)",
}
THROWS = {
    "top level": "\n".join(f"const a{i}: number = {i};" for i in range(1, 10))
    + "\nthrow new Error('ten');",
    "in a function after types": "interface I {\n  q: number;\n  s: string;\n}\n\ntype U = 'a' | 'b';\n\n"
    "function g(i: I): U {\n  // comment\n  throw new Error('ten');\n}\ng({q:1,s:'x'});",
    "after an await": "interface J {\n  q: number;\n  s: string;\n}\n\n\n// c\n\n"
    "await new Promise(r => setTimeout(r, 10));\nthrow new Error('ten');",
}
SERVE = """
const host = (globalThis as any)[Symbol.for("forkpoint.kernel")];
host.comms.register("bench", (comm: any) => comm.onMessage(() => comm.send({ pong: 1 })));
"""

TRAIN = """
import { open, microGPT, corpus } from "forkpoint";
const store = await open();
const session = await store.session("bench", { model: microGPT("small"), data: corpus.sonnets() });
const training = session.train({ to: 1_000_000 });
await training.until(20);
const before = session.step;
"""


def is_python(name):
    return KernelSpecManager().get_kernel_spec(name).language == "python"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def line(title, name, values, unit="ms"):
    print(
        f"  {title:34} {name:10} median {statistics.median(values):8.2f} {unit}"
        f"  p95 {percentile(values, 0.95):8.2f}  n={len(values)}",
        flush=True,
    )


def ratio(title, figures):
    value = statistics.median(figures[OURS]) / statistics.median(figures[THEIRS])
    print(f"  {title:34} {OURS} / {THEIRS} = {value:.2f}", flush=True)


def starts(names, folder):
    times = {name: [] for name in names}
    for _ in range(9):
        for name in names:
            began = time.perf_counter()
            with kernel(name, folder):
                times[name].append((time.perf_counter() - began) * 1e3)
    for name in names:
        line("start to kernel_info", name, times[name])
    ratio("start to kernel_info", times)


def round_trips(clients):
    for number in range(len(PYTHON_CELLS)):
        times = {name: [] for name in clients}
        for turn in range(ROUNDS + 10):
            for name in random.sample(list(clients), len(clients)):
                cells = PYTHON_CELLS if is_python(name) else TYPESCRIPT_CELLS
                elapsed, _ = run(clients[name], cells[number].replace("%d", str(1000 * number + turn)))
                if turn >= 10:
                    times[name].append(elapsed)
                # A check of types goes on after the reply; it is not to fall on the next one's time.
                time.sleep(0.03)
        title = f"round trip, cell {number + 1}"
        for name, values in times.items():
            line(title, name, values)
        ratio(title, times)


def bursts(clients, lines):
    times = {name: [] for name in clients}
    arrived = {name: [] for name in clients}
    for _ in range(5):
        for name, client in clients.items():
            took, text = burst(client, BURST[is_python(name)].format(n=lines))
            times[name].append(took)
            arrived[name].append(text.count("\n"))
    for name, values in times.items():
        fewest = min(arrived[name])
        assert fewest == lines or name not in (OURS, THEIRS), f"{name}: {fewest} of {lines} lines arrived"
        line(f"burst: {fewest:,} of {lines:,} lines", name, values)


def interrupts(client, manager):
    times = []
    for _ in range(20):
        run(client, "let state = 41")
        message = client.execute("state = 42; await Promise.resolve(); while (true) {}")
        time.sleep(0.15)
        began = time.perf_counter()
        manager.interrupt_kernel()
        while client.get_shell_msg(timeout=10)["parent_header"]["msg_id"] != message:
            pass
        times.append((time.perf_counter() - began) * 1e3)
        drain(client)
        assert answer(client, "console.log(state)") == 42
    line("interrupt of a loop after an await", OURS, times)


def drain(client):
    while client.iopub_channel.msg_ready():
        client.get_iopub_msg(timeout=1)


def comm_times(client):
    """Round trips of messages on a comm."""
    session = client.session
    comm_id = f"c{random.getrandbits(64):x}"
    opening = session.msg("comm_open", {"comm_id": comm_id, "target_name": "bench", "data": {}})
    client.shell_channel.send(opening)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.shell_channel.send(session.msg("comm_msg", {"comm_id": comm_id, "data": {}}))
        while client.get_iopub_msg(timeout=10)["content"].get("data") != {"pong": 1}:
            pass
        times.append((time.perf_counter() - began) * 1e3)
        time.sleep(0.02)
    return times


def comms_in_a_cell(client):
    run(client, SERVE)
    message = client.execute("await new Promise(r => setTimeout(r, 4000))")
    time.sleep(0.3)
    drain(client)
    times = comm_times(client)
    while client.get_shell_msg(timeout=10)["parent_header"]["msg_id"] != message:
        pass
    drain(client)
    line("comm while a cell awaits", OURS, times)


def comms_in_training():
    with tempfile.TemporaryDirectory() as folder, kernel(OURS, folder) as client:
        run(client, SERVE)
        run(client, TRAIN)
        times = comm_times(client)
        steps = answer(client, "const during = session.step - before; console.log(during); await training.stop()")
        assert steps > 0, "it did not train"
    line(f"comm while {steps} steps train", OURS, times)


def completions(clients):
    times, matched = {name: [] for name in clients}, dict.fromkeys(clients, 0)
    for client in clients.values():
        run(client, "const pt = { alpha: 1, deep: { gamma: new Date() } }")
    code = "await new Promise(r => setTimeout(r, 10000))"
    waiting = {name: client.execute(code) for name, client in clients.items()}
    time.sleep(0.3)
    questions = ["[1,2,3].ma", "pt.al", "pt.", "pt.deep.gamma.getF", "Math.flo"]
    for turn in range(ROUNDS):
        for name in random.sample(list(waiting), len(waiting)):
            began = time.perf_counter()
            asked = clients[name].complete(f"/*{turn}*/{questions[turn % len(questions)]}")
            reply = clients[name].get_shell_msg(timeout=20)
            if reply["parent_header"]["msg_id"] != asked:
                del waiting[name]  # the cell has ended
                continue
            times[name].append((time.perf_counter() - began) * 1e3)
            matched[name] += bool(reply["content"]["matches"])
    for name, message in waiting.items():
        while clients[name].get_shell_msg(timeout=20)["parent_header"]["msg_id"] != message:
            pass
    for client in clients.values():
        drain(client)
    if OURS in clients:
        assert times[OURS] and matched[OURS] == len(times[OURS])
    title = "completion while a cell awaits"
    for name, of_name in times.items():
        if not matched[name]:
            print(f"  {title:34} {name:10} none")
        else:
            found = "" if matched[name] == len(of_name) else f", {matched[name]} found"
            line(title + found, name, of_name)


def throws(client):
    named = []
    for code in THROWS.values():
        try:
            run(client, code)
        except RuntimeError as error:
            plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            named.append(re.search(r"cell-\d+\.ts:(\d+):", plain)[1])
    print(f"  {'line named for a throw on line 10':34} {OURS:10} {' / '.join(named)}")


def ticks(client):
    """What looking for interrupts costs: a loop of a cell against the same one that V8 got as text."""
    body = "let s = 0; for (let i = 0; i < a.length; i++) s += a[i] * b[i]; return s;"
    code = f"""
    function dot(a: Float64Array, b: Float64Array) {{ {body} }}
    const bare = new Function("a", "b", {body!r}) as typeof dot;
    const [one, other] = [new Float64Array(1e6).fill(1.5), new Float64Array(1e6).fill(2)];
    const times: Record<string, number[]> = {{ dot: [], bare: [] }};
    for (let turn = 0; turn < 200; turn++) for (const [name, fn] of [["dot", dot], ["bare", bare]] as const) {{
      const began = performance.now(); fn(one, other); if (turn > 20) times[name]!.push(performance.now() - began);
    }}
    const median = (values: number[]) => values.sort((p, q) => p - q)[values.length >> 1]!;
    console.log(JSON.stringify(median(times.dot!) / median(times.bare!)));"""
    print(f"  {'ticks in a numeric loop':34} {OURS:10} {answer(client, code):.3f} of the time without, n=180")


def memory(name, client, cells=(30,)):
    process = psutil.Process(client.manager.provisioner.process.pid)
    for turn in range(cells[-1]):
        code = (
            f"interface P{turn} {{ a: number; b: string }}\n"
            f"const p{turn}: P{turn} = {{ a: {turn}, b: 'x' }}; p{turn}.a"
        )
        run(client, code)
        if turn + 1 in cells:
            # Cells that come without a pause are checked later than they run.
            time.sleep(20)
            held = sum(p.memory_info().rss for p in [process, *process.children(recursive=True)])
            print(f"  {f'memory after {turn + 1} typed cells':34} {name:10} {held >> 20} MiB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", metavar="FOLDER", help="where npm has put tslab and Deno")
    folder = parser.parse_args().peers
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as specs:
        measure(peers.offer(folder, specs) if folder else [], folder)


def measure(others, folder):
    """Kernels run in the peers' folder, if there are any: tslab wants Node's types beside it."""
    names = [OURS, THEIRS, *others]
    starts(names, folder)
    opened = {name: kernel(name, folder) for name in names}
    clients = {name: context.__enter__() for name, context in opened.items()}
    ours = clients[OURS]
    manager = ours.manager
    time.sleep(3)
    try:
        round_trips(clients)
        # Before the bursts: who loses lines may lose the end of a cell, and print for minutes.
        # Deno answers when the cell has ended, and the others would wait for it.
        for group in ({OURS, "tslab"}, {"deno"}):
            completions({name: clients[name] for name in group & {*names}})
        bursts(clients, 20_000)
        bursts({name: clients[name] for name in (OURS, THEIRS)}, 100_000)
        throws(ours)
        ticks(ours)
        interrupts(ours, manager)
        comms_in_a_cell(ours)
    finally:
        for context in opened.values():
            context.__exit__(None, None, None)
    comms_in_training()
    for name in (OURS, *others):
        with kernel(name, folder) as fresh:
            memory(name, fresh, (30, 200, 1000) if name == OURS else (30,))


main()
