import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setUp } from "./setup/all.mjs";
import { findChromium } from "./setup/chromium.mjs";
import { root, stateFolder, venvPython } from "./setup/folders.mjs";
import { modernNode } from "./setup/packages.mjs";
import { installTestPackages } from "./setup/python.mjs";
import { installStrace } from "./setup/strace.mjs";

/**
 * `npm test`: set-up, check, then every test. Ends with one line, `N passed, N failed`, that counts
 * the checks (types, ESLint, Prettier) and the tests of vitest and pytest.
 * `--long` runs the long slices in full; other arguments are passed to vitest as filters.
 */
const long = process.argv.includes("--long");
const filters = process.argv.slice(2).filter((argument) => argument !== "--long");
const totals = { passed: 0, failed: 0, skipped: 0 };

try {
  await setUp();
  await installTestPackages();
  await installStrace();
  const env = {
    ...process.env,
    FORKPOINT_CHROMIUM: await findChromium(),
    FORKPOINT_PYTHON: venvPython,
    // What cells of the tests ran is not to stand in the user's history.
    JUPYTER_DATA_DIR: join(stateFolder, "jupyter-data"),
    FORKPOINT_LONG: long ? "1" : "",
    PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
  };
  const whole = filters.length === 0;
  // What is not timed goes beside the units; kernels and a browser want the two cores for themselves.
  await Promise.all([vitest(env, "units"), whole && check(env).then(() => pytest(env))]);
  await vitest(env, "flows");
} catch (error) {
  console.error(error.message);
  totals.failed += 1;
}
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

async function check(env) {
  const code = await aside(modernNode(), [join(root, "scripts/check.mjs")], env);
  add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 });
}

async function vitest(env, project) {
  const report = reportPath(`vitest-${project}.json`);
  const { code } = await command(
    modernNode(),
    [
      ...[join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", project, ...filters],
      ...[
        "--passWithNoTests",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
    ],
    env,
  );
  if (!existsSync(report)) return add({ failed: 1 });
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  // A file that does not load fails without a test of its own.
  const silent = code !== 0 && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0;
  add({ passed: numPassedTests, failed: numFailedTests + silent, skipped: numPendingTests });
}

async function pytest(env) {
  const report = reportPath("pytest.xml");
  const folders = ["kernel/jupyter/python", "kernel/forkpoint/python"].map((folder) =>
    join(root, folder),
  );
  const parameters = [
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    // A test that hangs says where before whoever waits gives up.
    "-o",
    "faulthandler_timeout=120",
    `--junitxml=${report}`,
    ...folders,
  ];
  const code = await aside(venvPython, parameters, env);
  if (!existsSync(report)) return add({ failed: 1 });
  const suite = readFileSync(report, "utf8");
  const count = (name) =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  add({
    passed: count("tests") - failed - skipped,
    failed: failed || (code === 0 ? 0 : 1),
    skipped,
  });
}

function reportPath(name) {
  mkdirSync(stateFolder, { recursive: true });
  const path = join(stateFolder, name);
  rmSync(path, { force: true });
  return path;
}

function add({ passed = 0, failed = 0, skipped = 0 }) {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
}

function command(program, parameters, env, output = "inherit") {
  return new Promise((resolve) => {
    const stdio = ["ignore", output, output];
    const child = spawn(program, parameters, { cwd: root, env, stdio });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text) => (printed += text));
    child.on("error", () => resolve({ code: 127, printed }));
    child.on("close", (code) => resolve({ code: code ?? 1, printed }));
  });
}

/** A program that runs beside another: what it prints comes in one piece, at its end. */
async function aside(program, parameters, env) {
  const { code, printed } = await command(program, parameters, env, "pipe");
  process.stdout.write(printed);
  return code;
}
