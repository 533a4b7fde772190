"""Training with dashboard and saves against bare training, and the stall of a save; interleaved.

Both arms train MicroGPT (0.8 M parameters) in one kernel, in rounds that alternate. The bare arm has
no view, no save and no automatic checkpoint.
"""

import statistics
import tempfile

from session import answer, kernel, run

ROUNDS = 12
STEPS = 20

SETUP = """
import {{ open, microGPT, corpus, dashboard }} from "forkpoint";
const options = {{ model: microGPT("small"), data: corpus.sonnets(), evaluateEvery: 1000, sampleTokens: 20 }};
const bareStore = await open({{ from: "{bare}", autosaveSeconds: 1e6 }});
const fullStore = await open({{ from: "{full}" }});
const bare = await bareStore.session("bare", options);
const full = await fullStore.session("full", options);
await bare.train({{ steps: 5 }}).done;
await full.train({{ steps: 5 }}).done;
"""

# The pace of the rows themselves: what starts and ends a run is in neither arm's figure.
ROUND = """
{{
  const run = {name}.train({{ steps: {steps} }});
  const saves: number[] = [];
  if ({saves}) {{
    await run.until({name}.step + {half});
    saves.push((await {name}.save("bench", {{ replace: true }})).step);
  }}
  await run.done;
  const table = await {name}.metrics({{ from: {name}.step - {steps} + 1 }});
  const wall = Array.from(table.getChild("wall")!, Number);
  const own = Array.from(table.getChild("step_ms")!, Number);
  const gaps = wall.slice(1).map((time, index) => time - wall[index]! - own[index + 1]!);
  const first = {name}.step - {steps} + 1;
  console.log(JSON.stringify({{ ms: (wall.at(-1)! - wall[0]!) / (wall.length - 1), gaps, saves: saves.map((step) => step - first) }}));
}}
"""


def main():
    with tempfile.TemporaryDirectory() as bare, tempfile.TemporaryDirectory() as full:
        with kernel("forkpoint", full) as client:
            run(client, SETUP.format(bare=bare, full=full))
            run(client, "dashboard(full)")
            pace = {"bare": [], "full": []}
            stalls, quiet = [], []
            for _ in range(ROUNDS):
                for name in pace:
                    saves = "true" if name == "full" else "false"
                    found = answer(
                        client, ROUND.format(name=name, steps=STEPS, half=STEPS // 2, saves=saves)
                    )
                    pace[name].append(found["ms"])
                    for index, gap in enumerate(found["gaps"]):
                        (stalls if index in found["saves"] else quiet).append(gap)
            run(client, "await bareStore.close(); await fullStore.close();")
    pairs = [full / bare for bare, full in zip(pace["bare"], pace["full"])]
    for name, values in pace.items():
        print(f"  step, {name:5} median {statistics.median(values):7.1f} ms  n={len(values)} rounds of {STEPS}")
    print(
        f"  overhead of dashboard and one save in {STEPS} steps: median {100 * (statistics.median(pairs) - 1):+.1f} %"
        f"  (from {100 * (min(pairs) - 1):+.1f} % to {100 * (max(pairs) - 1):+.1f} %)"
    )
    print(
        f"  save stall: median {statistics.median(stalls):.0f} ms, most {max(stalls):.0f} ms  n={len(stalls)};"
        f"  gap between steps without a save: median {statistics.median(quiet):.0f} ms"
    )


main()
