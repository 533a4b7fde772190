import { randomNumbers } from "./recorded.js";

/** A tree of sessions as a kernel would send it: a family of a few, or one of 500. */
export function tree(count: number): object {
  const next = randomNumbers(11);
  const sessions: Record<string, unknown>[] = [];
  for (let at = 0; at < count; at++) {
    const root = at === 0 || next() < (count > 20 ? 0.02 : 0.15);
    const parent = root ? null : sessions[Math.floor(next() ** 0.7 * at)]!;
    const fork = parent ? Math.floor(Number(parent["step"]) * next()) : 0;
    const best = 1.4 + next() * 0.8;
    sessions.push({
      id: `s${at}`,
      name: root ? `sonnets ${at}` : `rate ${(next() * 1e-2).toFixed(4)}`,
      parent_id: parent ? parent["id"] : null,
      root_id: parent ? parent["root_id"] : `s${at}`,
      fork_step: fork,
      step: fork + Math.floor(next() * 1500),
      best_loss: next() < 0.1 ? null : best,
      runs: Math.floor(next() * 4),
      status: at === 1 ? "running" : "completed",
      active_at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
    });
  }
  const merges = count > 4 ? [{ from: "s4", into: "s1", step: 900 }] : [];
  return { sessions, merges, selected: count > 3 ? "s3" : null };
}

/** Runs of a session, the newest first. */
export function runs(): object[] {
  const run = (id: string, mode: string, status: string, from: number, to: number, at: number) => ({
    ...{ id, mode, status, from, to, started_at: new Date(Date.UTC(2026, 0, 1, at)).toISOString() },
    seconds: status === "running" ? null : (to - from) / 31,
    final_loss: status === "running" ? null : 4 - to / 600,
    best_loss: null,
  });
  return [
    run("c3", "resumed", "running", 900, 1234, 12),
    run("b2", "resumed", "failed", 400, 900, 11),
    run("a1", "fresh", "interrupted", 0, 412, 10),
  ];
}

/** How two sessions differ, with the weights of a few tensors. */
export function comparison(): object {
  const next = randomNumbers(3);
  const names = ["h.0.attn.weight", "h.1.mlp.weight", "wte.weight", "h.0.ln.bias", "wpe.weight"];
  const heat = new Float32Array(names.length * 1024);
  const tensors = names.map((name, at) => {
    for (let block = 0; block < 1024; block++) {
      const [row, column] = [Math.floor(block / 32), block % 32];
      heat[at * 1024 + block] = next() * (Math.sin((row * at) / 5) + 1.2) * (1 + (column % 7));
    }
    const size = { rows: 32, columns: 32, offset: at * 1024 };
    return { name, shape: [384, 128], relative: 0.4 / (at + 1), largest: 0.12, ...size };
  });
  const weights = { status: "ready", progress: null, one_step: 1234, other_step: 1400, tensors };
  return {
    shared_step: 500,
    differences: [
      { option: "optimizer.learningRate", one: "0.001", other: "0.003" },
      { option: "evaluateEvery", one: "100", other: "50" },
    ],
    weights: { ...weights, error: null },
    heat: new DataView(heat.buffer),
  };
}
