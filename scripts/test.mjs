import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
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
/** What failed, said once more before the last line: of a long print only the end may be kept. */
const failures = [];
/** As much of a program's print, in characters, as stands behind its failure. */
const END = 3_000;

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
  add({ failed: 1, because: [error.message] });
}
for (const failure of failures) console.log(`\nFAILED ${failure}`);
if (failures.length > 0) console.log("");
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

async function check(env) {
  const { code, end } = await aside(modernNode(), [join(root, "scripts/check.mjs")], env);
  add(code === 0 ? { passed: 1 } : { failed: 1, because: [`check: ${end}`] });
}

async function vitest(env, project) {
  const report = reportPath(`vitest-${project}.json`);
  const { code, end } = await command(
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
  if (!existsSync(report))
    return add({ failed: 1, because: [`vitest of ${project}, without a report: ${end}`] });
  const found = JSON.parse(readFileSync(report, "utf8"));
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = found;
  const because = found.testResults.flatMap(failuresOfFile);
  // A file that does not load, or whose process ends, fails without a test of its own.
  const silent = code !== 0 && numFailedTests === 0;
  if (silent) because.push(`vitest of ${project}: ${end}`);
  const failed = numFailedTests + (silent ? Math.max(1, numFailedTestSuites) : 0);
  add({ passed: numPassedTests, failed, skipped: numPendingTests, because });
}

function failuresOfFile({ name, message, assertionResults }) {
  const file = relative(root, name);
  const of = (status) => assertionResults.filter((test) => test.status === status);
  const unfinished = of("pending");
  return [
    ...(message ? [`${file}: ${message}`] : []),
    ...of("failed").map((test) => `${file} > ${test.fullName}\n${test.failureMessages.join("\n")}`),
    ...(unfinished.length > 0
      ? [`${file}: ${unfinished.length} without an end, first ${unfinished[0].fullName}`]
      : []),
  ];
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
  const { code, end } = await aside(venvPython, parameters, env);
  if (!existsSync(report)) return add({ failed: 1, because: [`pytest, without a report: ${end}`] });
  const suite = readFileSync(report, "utf8");
  const count = (name) =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  add({
    passed: count("tests") - failed - skipped,
    failed: failed || (code === 0 ? 0 : 1),
    skipped,
    because: code === 0 ? [] : [`pytest: ${end}`],
  });
}

function reportPath(name) {
  mkdirSync(stateFolder, { recursive: true });
  const path = join(stateFolder, name);
  rmSync(path, { force: true });
  return path;
}

function add({ passed = 0, failed = 0, skipped = 0, because = [] }) {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  failures.push(...because);
}

/** Runs a program and passes on what it prints: at once, or `aside` in one piece at its end. */
function command(program, parameters, env, aside = false) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: root,
      env: process.stdout.isTTY ? { FORCE_COLOR: "1", ...env } : env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of ["stdout", "stderr"])
      child[stream].setEncoding("utf8").on("data", (text) => {
        if (!aside) process[stream].write(text);
        printed += text;
        if (!aside) printed = printed.slice(-END);
      });
    child.on("error", (error) => resolve({ code: 127, end: error.message }));
    child.on("close", (code, signal) => {
      if (aside) process.stdout.write(printed);
      const how = signal === null ? `exit ${code}` : `ended by ${signal}`;
      resolve({ code: code ?? 1, end: `${how}\n${printed.slice(-END)}` });
    });
  });
}

/** A program that runs beside another: what it prints comes in one piece, at its end. */
function aside(program, parameters, env) {
  return command(program, parameters, env, true);
}
