import { inspectNative, loadEngine, verifyNative } from "@forkpoint/training";
import { findStore, inspectStoreAddon } from "@forkpoint/checkpoints";
import { extensionFault } from "./extension.js";
import { kernelspecFault } from "./kernelspec.js";
import { findPython } from "./python.js";
import type { JupyterPython } from "./python.js";

interface Finding {
  part: string;
  ok: boolean;
  says: string;
  /** The command that would mend it. */
  remedy?: string;
}

/** Says what is installed, which backend runs, why not a better one, and what would mend it. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const findings = await examine();
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else for (const finding of findings) process.stdout.write(`${lineOf(finding)}\n`);
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [];
  findings.push({ part: "Node", ok: true, says: `${process.version} (${process.execPath})` });
  let python: JupyterPython | null = null;
  try {
    python = findPython();
    const { versions } = python;
    const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    findings.push({ part: "Jupyter", ok: true, says: `${list.join(", ")} (${python.prefix})` });
  } catch (error) {
    findings.push({
      part: "Jupyter",
      ok: false,
      says: (error as Error).message,
      remedy: "npm run setup",
    });
  }
  if (python) {
    for (const [part, fault] of [
      ["kernel", kernelspecFault(python.prefix)],
      ["extension", extensionFault(python.prefix)],
    ] as const) {
      findings.push({
        ...{ part, ok: fault === null, says: fault ?? `installed in ${python.prefix}` },
        ...(fault ? { remedy: "npx forkpoint install" } : {}),
      });
    }
  }
  findings.push(...(await examineEngine()));
  findings.push(examineHashing());
  const store = findStore(process.cwd());
  findings.push({
    part: "store",
    ok: true,
    says: store ?? `none here yet; open() makes one in ${process.cwd()}`,
  });
  return findings;
}

function examineHashing(): Finding {
  const hashing = inspectStoreAddon();
  if (hashing.status === "ready") return { part: "hashing", ok: true, says: hashing.path };
  const says = `${hashing.reason} Saves and restores use Node's own, which takes longer.`;
  return hashing.status === "unsupported"
    ? { part: "hashing", ok: true, says }
    : { part: "hashing", ok: false, says, remedy: "npx forkpoint install" };
}

async function examineEngine(): Promise<Finding[]> {
  const native = inspectNative();
  const faults = native.status === "ready" ? await verifyNative(native) : [];
  const backend: Finding =
    native.status === "unsupported"
      ? { part: "native", ok: true, says: native.reason }
      : native.status === "missing"
        ? { part: "native", ok: false, says: native.reason, remedy: "npx forkpoint install" }
        : { part: "native", ok: faults.length === 0, says: faults.join(" ") || native.folder };
  try {
    const { title, reason } = await loadEngine();
    return [
      backend,
      { part: "engine", ok: true, says: reason ? `${title}, because: ${reason}` : title },
    ];
  } catch (error) {
    return [backend, { part: "engine", ok: false, says: (error as Error).message }];
  }
}

function lineOf({ part, ok, says, remedy }: Finding): string {
  const line = `${ok ? "ok  " : "no  "}${part.padEnd(11)}${says}`;
  return remedy ? `${line}\n${" ".repeat(15)}mend it with: ${remedy}` : line;
}
