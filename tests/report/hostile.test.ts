import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileCells, hostileTexts, hostileWidget } from "./hostile.js";
import { openMade, STATE, VIEW } from "./made-report.js";
import type { Made } from "./made-report.js";

let made: Made;
beforeAll(async () => {
  made = await openMade();
});
afterAll(() => made?.close());

describe("a hostile notebook", () => {
  test("names, samples, outputs and cells run nothing, load nothing and lead nowhere", async () => {
    const hostile = structuredClone(made.notebook);
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
      if (model.model_name === "SessionTreeModel") {
        const sessions = model.state["sessions"] as object[];
        model.state["sessions"] = sessions.map((one) => ({ ...one, name: all }));
      }
      if (model.model_name === "CompareModel") {
        model.state["differences"] = [{ option: all, one: all, other: all }];
      }
    }
    Object.assign(state, { hostile: hostileWidget });
    const data = { [VIEW]: { model_id: "hostile" }, "text/plain": all };
    const widget = { output_type: "display_data", metadata: {}, data };
    const { page, asked } = await made.openReport(
      (
        await made.reportOf("hostile", {
          ...hostile,
          cells: [...hostile.cells, { ...hostile.cells[1]!, outputs: [widget] }, ...hostileCells()],
        })
      ).output,
    );
    // The names are shown as what they are.
    expect(await page.locator(".fp-title").first().innerText()).toContain(hostileTexts[0]);
    for (const name of ["fp-session-tree", "fp-compare-settings"])
      expect(await page.locator(`[data-testid="${name}"]`).last().innerText()).toContain(
        hostileTexts[2],
      );
    await page.locator('[data-testid="fp-library-button"]').first().click();
    await page.locator('[data-testid="fp-library-row"]').first().waitFor();
    for (const lure of await page.locator("main :text('lure')").all())
      await lure.click({ force: true });
    await page.waitForTimeout(500);
    expect(await page.locator("html").getAttribute("data-ran")).toBeNull();
    expect(asked).toEqual([]);
    expect(page.url()).toBe(pathToFileURL(join(made.folder, "hostile.html")).href);
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
    const html = readFileSync(made.report, "utf8");
    const path = join(made.folder, "uncleaned.html");
    const inside = `<main><img src=x onerror="document.documentElement.dataset.ran='yes'"><script>document.documentElement.dataset.ran='yes'</script>`;
    writeFileSync(path, html.replace("<main>", inside));
    const { page, asked, stopped } = await made.openReport(path);
    expect(await page.locator("html").getAttribute("data-ran")).toBeNull();
    expect(stopped).toEqual(asked);
    // Without it they do run: this test can fail.
    writeFileSync(path, html.replace("<main>", inside).replace(/<meta http-equiv[^>]*>/, ""));
    const open = await made.openReport(path);
    expect(await open.page.locator("html").getAttribute("data-ran")).toBe("yes");
    await Promise.all([page, open.page].map((one) => one.context().close()));
  });
});
