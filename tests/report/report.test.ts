import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, root, runProgram, succeed } from "../support/child.js";
import { hostileCells, hostileTexts, hostileWidget } from "./hostile.js";

const command = join(root, "kernel/forkpoint/bin/forkpoint.mjs");
const STATE = "application/vnd.jupyter.widget-state+json";
const VIEW = "application/vnd.jupyter.widget-view+json";

/** Views that show something else at another step. */
const scrubbed = ["dashboard", "scrubBar", "lossCurve", "textProgress"];

const cells = [
  `import { open, microGPT, corpus, adamW, Widget } from "forkpoint";
import { dashboard, scrubBar, lossCurve, textProgress, modelLibrary } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(), seed: 3,
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, evaluateEvery: 20, sampleTokens: 20,
});
await session.train({ to: 120 }).done;
await session.save("First words");`,
  ...scrubbed.map((view) => `${view}(session)`),
  "modelLibrary(store)",
  `const base = { module: "@jupyter-widgets/base", moduleVersion: "2.0.0" };
const controls = { module: "@jupyter-widgets/controls", moduleVersion: "2.0.0" };
const layout = new Widget({ ...base, model: "LayoutModel", view: "LayoutView", state: {} });
const style = new Widget({ ...controls, model: "SliderStyleModel", view: "StyleView", state: {} });
new Widget({ ...controls, model: "IntSliderModel", view: "IntSliderView", state: { value: 42, min: 0, max: 100, layout, style } })`,
];

interface Notebook {
  cells: Record<string, unknown>[];
  metadata: { widgets: Record<string, { state: Record<string, SavedModel> }> };
}
interface SavedModel {
  model_name: string;
  state: Record<string, unknown>;
}

const folder = emptyFolder("report");
const report = join(folder, "seen.html");
let notebook: Notebook;
let browser: Browser;

beforeAll(async () => {
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null };
  const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
  const content = {
    cells: cells.map((source, at) => ({ ...cell, id: `cell-${at}`, source })),
    ...{ metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 },
  };
  const path = join(folder, "seen.ipynb");
  writeFileSync(path, JSON.stringify(content));
  await succeed(process.execPath, [command, "run", path], { cwd: folder });
  await succeed(process.execPath, [command, "report", path], { cwd: folder });
  notebook = JSON.parse(readFileSync(path, "utf8")) as Notebook;
  browser = await chromium.launch({
    executablePath: process.env["FORKPOINT_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
afterAll(() => browser?.close());

interface Opened {
  page: Page;
  /** Every address that was asked for, beside the file itself. */
  asked: string[];
  /** Those of them that the page's policy stopped before anything left. */
  stopped: string[];
  errors: string[];
}

/** Opens a file with the network off. */
async function openReport(path: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const viewport = { width: 1280, height: 1100 };
  const context = await browser.newContext({ offline: true, viewport, ...options });
  const page = await context.newPage();
  const [asked, stopped, errors]: string[][] = [[], [], []];
  const own = pathToFileURL(path).href;
  page.on("request", (request) => request.url() !== own && asked!.push(request.url()));
  page.on("requestfailed", (request) => {
    // Playwright tells of what the policy has stopped too.
    if (request.failure()?.errorText === "csp") stopped!.push(request.url());
  });
  page.on("pageerror", (error) => errors!.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors!.push(message.text()));
  await page.goto(own);
  if (options.javaScriptEnabled !== false) {
    await page.waitForSelector('html[data-report="ready"]', { timeout: 30_000 });
  }
  return { page, asked: asked!, stopped: stopped!, errors: errors! };
}

/** The notebook with other cells or state, as a report. */
async function reportOf(name: string, content: object, parameters: string[] = []) {
  const [input, output] = [join(folder, `${name}.ipynb`), join(folder, `${name}.html`)];
  writeFileSync(input, JSON.stringify(content));
  const ended = await runProgram(
    process.execPath,
    [command, "report", input, "-o", output, ...parameters],
    { cwd: folder },
  );
  return { ...ended, output };
}

describe("run, then report, opened from the disk with the network off", () => {
  test("text and pixels of every view change at three steps; nothing is asked for, nothing fails", async () => {
    const { page, asked, errors } = await openReport(report);
    const views = page.locator(".report-view");
    expect(await views.count()).toBe(scrubbed.length + 2);
    const bar = page.locator('[data-testid="fp-scrub-bar"]').first();
    const seen = scrubbed.map(() => ({ texts: new Set<string>(), pixels: new Set<string>() }));
    for (const fraction of [0.15, 0.5, 0.85]) {
      const box = (await bar.boundingBox())!;
      await page.mouse.click(box.x + box.width * fraction, box.y + box.height / 2);
      await page.mouse.move(2, 2);
      await page.waitForTimeout(600);
      for (const [at, { texts, pixels }] of seen.entries()) {
        texts.add(await views.nth(at).innerText());
        pixels.add((await views.nth(at).screenshot()).toString("base64"));
      }
    }
    for (const [at, { texts, pixels }] of seen.entries()) {
      expect([scrubbed[at], texts.size, pixels.size]).toEqual([scrubbed[at], 3, 3]);
    }
    expect(asked).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("what needs a kernel is disabled and says why; the keyboard scrubs", async () => {
    const { page } = await openReport(report);
    expect(await page.locator('[data-testid="fp-offline"]').first().innerText()).toMatch(
      /Report[\s\S]*No kernel: this is a report\./,
    );
    await page.locator('[data-testid="fp-scrub-bar"]').first().focus();
    await page.keyboard.press("Home");
    expect(await page.locator('[data-testid="fp-step-label"]').first().innerText()).toMatch(
      /step 0/,
    );
    const resume = page.locator('[data-testid="fp-resume-button"]').first();
    expect(await resume.isDisabled()).toBe(true);
    expect(await resume.getAttribute("title")).toMatch(/No kernel/);
    const slider = page.locator(".widget-slider").first();
    expect(await slider.locator(".noUi-target").getAttribute("disabled")).not.toBeNull();
    expect(await slider.locator(".widget-readout").innerText()).toBe("42");
    await page.context().close();
  });

  test("light and dark by the system, by the button, and light on paper", async () => {
    const { page } = await openReport(report, { colorScheme: "dark" });
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await background();
    await page.click("#report-theme");
    const light = await background();
    expect(light).not.toBe(dark);
    expect(await page.locator("body").getAttribute("data-jp-theme-light")).toBe("true");
    await page.click("#report-theme");
    expect(await background()).toBe(dark);
    await page.emulateMedia({ media: "print" });
    expect(await background()).toBe(light);
    await page.context().close();
  });

  test("without scripts every view stands as picture or text", async () => {
    const { page } = await openReport(report, { javaScriptEnabled: false });
    const stills = page.locator(".report-still");
    expect(await stills.count()).toBe(scrubbed.length + 2);
    await stills.first().locator("img").scrollIntoViewIfNeeded();
    const size = await stills.first().locator("img").boundingBox();
    expect(size!.width).toBeGreaterThan(300);
    expect(await stills.first().innerText()).toMatch(/Session "sonnets"[\s\S]*completed/);
    expect(await page.locator("body").innerText()).toMatch(/Scripts are off here/);
    await page.context().close();
  });
});

describe("what the file holds", () => {
  test("the bundle has at most 2 MB when compressed", () => {
    const script = readFileSync(join(root, "widgets/report/out/report.js"));
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(2_000_000);
  });

  test("no folder of this machine and no token", async () => {
    const html = readFileSync(report, "utf8");
    expect(html.includes(folder)).toBe(false);
    const stream = `at f (${folder}/model.ts:1:2) http://127.0.0.1:8888/?token=0123abcd`;
    const output = { output_type: "stream", name: "stdout", text: [stream] };
    const cell = { ...notebook.cells[0]!, outputs: [output] };
    const told = await reportOf("told", { ...notebook, cells: [cell] });
    const text = readFileSync(told.output, "utf8");
    expect(text).toContain("at f (model.ts:1:2) http://127.0.0.1:8888/?token=…");
    expect(text.includes("0123abcd")).toBe(false);
  });

  test("data over the budget are reduced, and the page says so", async () => {
    const large = structuredClone(notebook);
    const { state } = large.metadata.widgets[STATE]!;
    const timeline = Object.values(state).find(({ model_name }) => model_name === "TimelineModel")!;
    timeline.state["samples"] = Array.from({ length: 5_000 }, (_, step) => ({
      ...{ step, prompt: "", text: `at ${step} `.repeat(30) },
    }));
    const { output, code } = await reportOf("large", large, ["--budget", "300kB"]);
    expect(code).toBe(0);
    const [, inlined] = /id="report-state">(.*?)<\/script>/s.exec(readFileSync(output, "utf8"))!;
    expect(inlined!.length).toBeLessThan(330_000);
    const { page } = await openReport(output);
    expect(await page.locator(".report-foot").innerText()).toMatch(
      /samples of “sonnets”: 5,000 entries thinned evenly to [\d,]+/,
    );
    expect(await page.locator('[data-testid="fp-sample-current"]').first().innerText()).toMatch(
      /at 4999/,
    );
    await page.context().close();
  });
});

describe("a hostile notebook", () => {
  test("names, samples, outputs and cells run nothing, load nothing and lead nowhere", async () => {
    const hostile = structuredClone(notebook);
    const { state } = hostile.metadata.widgets[STATE]!;
    const all = hostileTexts.join(" ");
    for (const model of Object.values(state)) {
      if (model.model_name === "TimelineModel") {
        model.state["session"] = {
          ...(model.state["session"] as object),
          name: all,
          parent_name: all,
        };
        model.state["summary"] = all;
        const samples = model.state["samples"] as object[];
        model.state["samples"] = samples.map((one) => ({ ...one, prompt: "", text: all }));
        model.state["marks"] = [{ step: 60, kind: "model", label: all }];
      }
      if (model.model_name === "LibraryModel") {
        const models = model.state["models"] as object[];
        model.state["models"] = models.map((one) => ({ ...one, name: all, session_name: all }));
      }
    }
    Object.assign(state, { hostile: hostileWidget });
    const data = { [VIEW]: { model_id: "hostile" }, "text/plain": all };
    const widget = { output_type: "display_data", metadata: {}, data };
    const { page, asked } = await openReport(
      (
        await reportOf("hostile", {
          ...hostile,
          cells: [...hostile.cells, { ...hostile.cells[0]!, outputs: [widget] }, ...hostileCells()],
        })
      ).output,
    );
    // The names are shown as what they are.
    expect(await page.locator(".fp-title").first().innerText()).toContain(hostileTexts[0]);
    await page.locator('[data-testid="fp-library-button"]').first().click();
    await page.locator('[data-testid="fp-library-row"]').first().waitFor();
    for (const lure of await page.locator("main :text('lure')").all())
      await lure.click({ force: true });
    await page.waitForTimeout(500);
    expect(await page.locator("html").getAttribute("data-ran")).toBeNull();
    expect(asked).toEqual([]);
    expect(page.url()).toBe(pathToFileURL(join(folder, "hostile.html")).href);
    const live = await page.evaluate(() => {
      const all = [...document.querySelectorAll("main *")];
      const handlers = all.filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith("on")),
      );
      const kinds = "script, iframe, object, embed, meta, link, base, form";
      return [
        handlers.length,
        [...document.querySelectorAll(`main :is(${kinds})`)]
          .filter((element) => !element.closest(".fp-view"))
          .map((element) => element.outerHTML.slice(0, 200)),
      ];
    });
    expect(live).toEqual([0, []]);
    // A style sheet of an output ends at its edge.
    expect(await page.locator("main").isVisible()).toBe(true);
    await page.context().close();
  });

  test("the policy alone stops what cleaning would have missed", async () => {
    const html = readFileSync(report, "utf8");
    const path = join(folder, "uncleaned.html");
    const inside = `<main><img src=x onerror="document.documentElement.dataset.ran='yes'"><script>document.documentElement.dataset.ran='yes'</script>`;
    writeFileSync(path, html.replace("<main>", inside));
    const { page, asked, stopped } = await openReport(path);
    expect(await page.locator("html").getAttribute("data-ran")).toBeNull();
    expect(stopped).toEqual(asked);
    // Without it they do run: this test can fail.
    writeFileSync(path, html.replace("<main>", inside).replace(/<meta http-equiv[^>]*>/, ""));
    const open = await openReport(path);
    expect(await open.page.locator("html").getAttribute("data-ran")).toBe("yes");
    await Promise.all([page, open.page].map((one) => one.context().close()));
  });
});

describe("no report", () => {
  test.each<[string, string | null, string[], RegExp]>([
    ["a missing notebook", null, [], /There is no notebook .*\.ipynb/],
    ["half a notebook", '{"cells": [', [], /cannot be read as a notebook: it is no JSON/],
    ["another JSON", "[1]", [], /no notebook of format 4/],
    ["damaged cells", '{"nbformat":4,"metadata":{},"cells":[1]}', [], /its cells are damaged/],
    ["a budget of words", "{}", ["--budget", "much"], /"much" is no budget/],
  ])(
    "%s: one sentence, exit status 2, nothing written",
    async (name, text, parameters, sentence) => {
      const own = emptyFolder("no-report");
      const input = join(own, "in.ipynb");
      if (text !== null) writeFileSync(input, text);
      const { code, stderr } = await runProgram(process.execPath, [
        ...[command, "report", input, ...parameters],
      ]);
      expect([name, code]).toEqual([name, 2]);
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(readdirSync(own)).toEqual(text === null ? [] : ["in.ipynb"]);
    },
  );

  test("views without saved state: says what to run; --still makes pictures of them", async () => {
    const { metadata, ...rest } = notebook;
    const bare = { ...rest, metadata: { ...metadata, widgets: undefined } };
    const { code, stderr, output } = await reportOf("bare", bare);
    expect([code, existsSync(output)]).toEqual([2, false]);
    expect(stderr).toMatch(/holds no saved state.*forkpoint run/);
    const still = await reportOf("bare", bare, ["--still"]);
    expect(still.code).toBe(0);
    const { page } = await openReport(still.output);
    expect(await page.locator(".report-still").first().isVisible()).toBe(true);
    await page.context().close();
  });

  test("a place that cannot be written leaves the old file as it is", async () => {
    const { code, stderr } = await runProgram(process.execPath, [
      ...[command, "report", join(folder, "seen.ipynb"), "-o", folder],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot be written \(it is a folder\)/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
