import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { pictureDifference } from "../support/browser.js";
import { emptyFolder, root, runProgram } from "../support/child.js";
import { command, EXAMPLE, scrubbed, viewCount } from "./example-report.js";
import { openMade, STATE } from "./made-report.js";
import type { Made } from "./made-report.js";

let made: Made;
beforeAll(async () => {
  made = await openMade();
});
afterAll(() => made?.close());

describe("run, then report, opened from the disk with the network off", () => {
  test("text and pixels of every view change at three steps; nothing is asked for, nothing fails", async () => {
    const { page, asked, errors } = await made.openReport(made.report);
    const views = page.locator(".report-view");
    expect(await views.count()).toBe(viewCount);
    const bar = page.locator('[data-testid="fp-scrub-bar"]').first();
    const seen = scrubbed.map(() => ({ texts: new Set<string>(), pixels: new Set<string>() }));
    for (const fraction of [0.15, 0.5, 0.85]) {
      await bar.scrollIntoViewIfNeeded();
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
    const { page } = await made.openReport(made.report);
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

  test("tree, history and compare work: they follow the bar, fold, and lead the other views", async () => {
    const { page, asked, errors } = await made.openReport(made.report);
    const last = (name: string): Locator => page.locator(`[data-testid="${name}"]`).last();
    const stepLabel = page.locator('[data-testid="fp-step-label"]').first();
    const bar = page.locator('[data-testid="fp-scrub-bar"]').first();
    const scrubTo = async (fraction: number): Promise<void> => {
      await bar.scrollIntoViewIfNeeded();
      const box = (await bar.boundingBox())!;
      await page.mouse.click(box.x + box.width * fraction, box.y + box.height / 2);
    };
    const runs = last("fp-run-history").getByRole("row");
    const current = last("fp-run-history").locator('[aria-current="true"]');
    const plot = last("fp-compare-plot");
    const seen: { text: string; compared: string; pixels: string }[] = [];
    const rowsAt: [number, RegExp][] = [
      [0.2, /fresh[^]*0 – 60/],
      [0.8, /latest[^]*60 – 120/],
    ];
    for (const [fraction, row] of rowsAt) {
      await scrubTo(fraction);
      await plot.scrollIntoViewIfNeeded();
      // What is out of sight follows once the pointer rests.
      await expect.poll(() => current.innerText()).toMatch(row);
      seen.push({
        text: await last("fp-compare-text-one").innerText(),
        compared: await last("fp-compare-step").innerText(),
        pixels: (await plot.screenshot()).toString("base64"),
      });
    }
    const [early, late] = seen;
    for (const part of ["text", "compared", "pixels"] as const)
      expect([part, early![part] === late![part]]).toEqual([part, false]);

    await runs.nth(2).click();
    expect(await stepLabel.innerText()).toBe("step 60");
    const box = (await plot.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.35, box.y + box.height / 2);
    await expect.poll(() => stepLabel.innerText()).toMatch(/^step [34]\d$/);
    expect(await last("fp-compare-ask").isDisabled()).toBe(true);

    const tree = last("fp-session-tree");
    const nodes = tree.getByRole("treeitem");
    expect(await nodes.count()).toBe(2);
    await tree.getByRole("tree").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => nodes.count()).toBe(1);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => nodes.count()).toBe(2);
    expect(await tree.locator('[data-testid="fp-tree-fork"]').isDisabled()).toBe(true);
    expect([asked, errors]).toEqual([[], []]);
    await page.context().close();
  });

  test("light and dark by the system, by the button, and light on paper", async () => {
    const { page } = await made.openReport(made.report, { colorScheme: "dark" });
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

  test("without scripts every view stands as picture or text, and formulas are set", async () => {
    const { page } = await made.openReport(made.report, { javaScriptEnabled: false });
    const stills = page.locator(".report-still");
    expect(await stills.count()).toBe(viewCount);
    await stills.first().locator("img").scrollIntoViewIfNeeded();
    const size = await stills.first().locator("img").boundingBox();
    expect(size!.width).toBeGreaterThan(300);
    expect(await stills.first().innerText()).toMatch(/Session "sonnets"[\s\S]*completed/);
    expect(await page.locator("body").innerText()).toMatch(/Scripts are off here/);
    const formulas = page.locator("main math");
    expect(await formulas.count()).toBe(2);
    expect((await formulas.last().locator("mfrac").boundingBox())!.height).toBeGreaterThan(20);
    await page.context().close();
  });
});

describe("everybody reads it", () => {
  test.each(["light", "dark"] as const)(
    "axe finds nothing serious, it looks as kept, %s",
    async (colorScheme) => {
      const { page } = await made.openReport(made.report, { colorScheme });
      const bar = page.locator('[data-testid="fp-scrub-bar"]').first();
      await bar.scrollIntoViewIfNeeded();
      const box = (await bar.boundingBox())!;
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForTimeout(500);
      // The slider is ipywidgets' own.
      expect(await seriousFindings(page, "body", [".widget-slider"])).toEqual([]);
      // What a model writes and when keyframes are taken depend on the machine.
      await page.mouse.move(2, 2);
      const dashboard = page.locator(".report-view").first();
      const written = [".fp-samples", ".fp-reader", ".fp-bars", ".fp-heads", ".fp-map-area"];
      const ignored: Locator[] = [];
      for (const selector of ['[data-testid="fp-scrub-bar"]', ...written])
        if (await dashboard.locator(selector).first().isVisible())
          ignored.push(dashboard.locator(selector).first());
      expect(await pictureDifference(dashboard, `report-${colorScheme}`, ignored)).toBeLessThan(
        0.03,
      );
      await page.context().close();
    },
  );

  test("reduced motion: nothing moves by itself", async () => {
    const { page } = await made.openReport(made.report, { reducedMotion: "reduce" });
    const moving = await page.evaluate(() => {
      const all = [...document.querySelectorAll(".fp-view, .fp-view *")];
      return all
        .filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return animationName !== "none" || /[1-9]/.test(transitionDuration);
        })
        .map(({ className }) => String(className));
    });
    expect(moving).toEqual([]);
    await page.context().close();
  });
});

describe("what the file holds", () => {
  test("the bundle has at most 2 MB when compressed", () => {
    const script = readFileSync(join(root, "widgets/report/out/report.js"));
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(2_000_000);
  });

  test("no folder of this machine and no token", async () => {
    const html = readFileSync(made.report, "utf8");
    expect(html.includes(made.source)).toBe(false);
    const stream = `at f (${made.folder}/model.ts:1:2) http://127.0.0.1:8888/?token=0123abcd`;
    const output = { output_type: "stream", name: "stdout", text: [stream] };
    const cell = { ...made.notebook.cells[1]!, outputs: [output] };
    const told = await made.reportOf("told", { ...made.notebook, cells: [cell] });
    const text = readFileSync(told.output, "utf8");
    expect(text).toContain("at f (model.ts:1:2) http://127.0.0.1:8888/?token=…");
    expect(text.includes("0123abcd")).toBe(false);
  });

  test("data over the budget are reduced, and the page says so", async () => {
    const large = structuredClone(made.notebook);
    const { state } = large.metadata.widgets[STATE]!;
    const timeline = Object.values(state).find(
      ({ model_name, state }) =>
        model_name === "TimelineModel" && (state["session"] as { name: string }).name === "sonnets",
    )!;
    timeline.state["samples"] = Array.from({ length: 5_000 }, (_, step) => ({
      ...{ step, prompt: "", text: `at ${step} `.repeat(30) },
    }));
    const { output, code } = await made.reportOf("large", large, ["--budget", "300kB"]);
    expect(code).toBe(0);
    const [, inlined] = /id="report-state">(.*?)<\/script>/s.exec(readFileSync(output, "utf8"))!;
    expect(inlined!.length).toBeLessThan(330_000);
    const { page } = await made.openReport(output);
    expect(await page.locator(".report-foot").innerText()).toMatch(
      /samples of “sonnets”: 5,000 entries thinned evenly to [\d,]+/,
    );
    expect(await page.locator('[data-testid="fp-sample-current"]').first().innerText()).toMatch(
      /at 4999/,
    );
    await page.context().close();
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
    const { metadata, ...rest } = made.notebook;
    const bare = { ...rest, metadata: { ...metadata, widgets: undefined } };
    const { code, stderr, output } = await made.reportOf("bare", bare);
    expect([code, existsSync(output)]).toEqual([2, false]);
    expect(stderr).toMatch(/holds no saved state.*forkpoint run/);
    const still = await made.reportOf("bare", bare, ["--still"]);
    expect(still.code).toBe(0);
    const { page } = await made.openReport(still.output);
    expect(await page.locator(".report-still").first().isVisible()).toBe(true);
    await page.context().close();
  });

  test("a place that cannot be written leaves the old file as it is", async () => {
    const { code, stderr } = await runProgram(process.execPath, [
      ...[command, "report", join(made.source, `${EXAMPLE}.ipynb`), "-o", made.folder],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot be written \(it is a folder\)/);
    expect(readdirSync(made.folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
