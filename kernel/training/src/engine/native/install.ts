import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { recordFile } from "@forkpoint/checkpoints";
import type { LoadedFile } from "@forkpoint/checkpoints";
import { NativeInstallFailed } from "../../errors/engine.js";
import { compileAddon, inspectAddon } from "./addon.js";
import { inspectNative, loadedFiles, nativeFolder } from "./library.js";
import { tensorflowWheel, tfjsNodeFolder, tfjsNodeVersion } from "./library.js";
import type { NativeRecord, NativeState } from "./library.js";
import { runStep } from "./run-step.js";

export interface InstallOptions {
  /** A Python with pip, to fetch and unpack the wheel. Default: `python3`. */
  python?: string;
  /** Told in plain words what is being done. */
  onProgress?: (sentence: string) => void;
}

const unpackProgram = `
import os, shutil, sys, zipfile
wheel, target = sys.argv[1:]
libraries = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
headers = ("tensorflow/include/tensorflow/c/", "tensorflow/include/tensorflow/core/platform/",
           "tensorflow/include/xla/tsl/", "tensorflow/include/tsl/")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.endswith("/") or ".." in name.split("/"):
            continue
        if name in libraries:
            path = os.path.join(target, "lib", os.path.basename(name))
        elif name.startswith(headers):
            path = os.path.join(target, name[len("tensorflow/"):])
        else:
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
`;

/**
 * Installs the native TensorFlow backend into the per-user cache: downloads the pinned wheel from
 * PyPI, unpacks its two libraries and C headers, compiles tfjs-node's binding and our own addon with g++.
 * Does nothing when it is already there. About 20 s and 260 MB of download; 750 MB on disk.
 *
 * The folder appears under its final name by one rename, so an interrupted installation leaves
 * nothing that could be mistaken for a complete one.
 *
 * @throws NativeInstallFailed with the step that failed and its output.
 * @example
 * const state = await installNative({ onProgress: console.log });
 */
export async function installNative(options: InstallOptions = {}): Promise<NativeState> {
  const before = inspectNative();
  if (before.status === "unsupported") return before;
  const say = options.onProgress ?? (() => {});
  if (before.status === "ready") {
    if (inspectAddon().status !== "ready") say("compiling the addon that runs compiled graphs");
    await compileAddon();
    return before;
  }
  const python = options.python ?? "python3";
  const folder = nativeFolder();
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const work = mkdtempSync(`${folder}.partial-`);
  try {
    say(`downloading TensorFlow ${tensorflowWheel.version} (260 MB) from PyPI`);
    await download(python, work);
    say("unpacking TensorFlow's libraries and headers");
    const wheel = readdirSync(work).find((name) => name.endsWith(".whl"));
    if (!wheel)
      throw new NativeInstallFailed("download", "pip reported success but left no wheel.");
    await runStep("unpack", python, ["-c", unpackProgram, join(work, wheel), work]);
    rmSync(join(work, wheel));
    say("compiling the binding");
    await compile(work, folder);
    chmodSync(work, 0o700);
    writeFileSync(join(work, "complete.json"), JSON.stringify(await recordOf(work), null, 2));
    // An older, damaged copy under the same name would make the rename fail.
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    await compileAddon();
  } finally {
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
  }
  return inspectNative();
}

async function download(python: string, work: string): Promise<void> {
  const requirement = join(work, "requirement.txt");
  writeFileSync(
    requirement,
    `${tensorflowWheel.requirement} --hash=sha256:${tensorflowWheel.sha256}\n`,
  );
  const platforms = tensorflowWheel.platforms.flatMap((name) => ["--platform", name]);
  const where = ["--dest", work, "--python-version", tensorflowWheel.pythonVersion, ...platforms];
  const how = [
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
    "--requirement",
    requirement,
  ];
  const quiet = ["--quiet", "--disable-pip-version-check"];
  await runStep("download", python, ["-m", "pip", "download", ...quiet, ...where, ...how]);
}

async function compile(work: string, finalFolder: string): Promise<void> {
  const sources = join(tfjsNodeFolder(), "binding");
  const require = createRequire(import.meta.url);
  const nodeApi = (require("node-api-headers") as { include_dir: string }).include_dir;
  await runStep("compile", process.env["CXX"] || "g++", [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...["-DBUILDING_NODE_EXTENSION", `-I${nodeApi}`, `-I${join(work, "include")}`],
    ...[join(sources, "tfjs_backend.cc"), join(sources, "tfjs_binding.cc")],
    ...[`-L${join(work, "lib")}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    ...[`-Wl,-rpath,${join(finalFolder, "lib")}`, "-o", join(work, "tfjs_binding.node")],
  ]);
}

async function recordOf(folder: string): Promise<NativeRecord> {
  const files: LoadedFile[] = [];
  for (const path of loadedFiles) files.push(await recordFile(folder, path));
  return {
    tensorflow: tensorflowWheel.version,
    wheelSha256: tensorflowWheel.sha256,
    tfjsNode: tfjsNodeVersion(),
    files,
  };
}
