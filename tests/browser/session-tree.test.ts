import { join } from "node:path";
import { open } from "forkpoint";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { focused, hook, openSections, runAll } from "../support/browser.js";
import type { Browser } from "../support/browser.js";
import { emptyFolder } from "../support/child.js";
import { openNotebook, writeNotebook } from "../support/opened-notebook.js";
import type { OpenedNotebook } from "../support/opened-notebook.js";

const cells = [
  `import { open, microGPT, corpus, adamW, dashboard, sessionTree, scrubBar } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, seed: 3, evaluateEvery: 20, sampleTokens: 8,
});
await session.train({ to: 40 }).done;
await session.train({ to: 60 }).done;
const hot = await session.fork("hot", { at: 30, optimizer: adamW({ learningRate: 3e-2 }) });
await hot.train({ to: 50 }).done;
await session.merge(hot, { strategy: "average", evenIfWorse: true });
const gone = await session.fork("gone", { at: 10 });
await store.trash.put([{ kind: "session", id: gone.id }]);
dashboard(session)`,
  `sessionTree(store)`,
];

const folder = emptyFolder("lab");
let opened: OpenedNotebook | undefined;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const notebook = join(folder, "tree.ipynb");
  writeNotebook(notebook, cells);
  opened = await openNotebook(notebook);
  ({ browser, page } = opened);
});
afterAll(() => opened?.close());

const trees = (): Locator => page.locator('[data-testid="fp-session-tree"]');
const line = (tree: number, name: string): Locator =>
  trees().nth(tree).getByRole("treeitem", { name, exact: false }).first();
const title = (): Promise<string> => page.locator(".fp-title").first().innerText();

test("every session that is not in the trash is a node with step, best loss and runs", async () => {
  await runAll(page);
  await openSections(page);
  await trees().nth(1).waitFor({ timeout: 120_000 });
  const tree = trees().nth(1);
  await expect.poll(() => tree.getByRole("treeitem").count()).toBe(2);
  const facts = await line(1, "sonnets").innerText();
  expect(facts).toMatch(/sonnets[\s\S]*60[\s\S]*\d\.\d{3}[\s\S]*2/);
  expect(await line(1, "hot").getAttribute("aria-level")).toBe("2");
  expect(await line(1, "sonnets").getAttribute("aria-expanded")).toBe("true");
  expect(await tree.locator(".fp-tree-merge").count()).toBe(1);
  expect(await tree.innerText()).not.toContain("gone");
});

test("the runs are listed, the newest marked; choosing one shows its end in all views, unasked", async () => {
  const runs = page.locator('[data-testid="fp-run-history"]').first().getByRole("row");
  await expect.poll(() => runs.count()).toBe(3);
  expect(await runs.nth(1).innerText()).toMatch(/2[\s\S]*latest[\s\S]*completed[\s\S]*40 – 60/);
  expect(await runs.nth(2).innerText()).toMatch(/1[\s\S]*fresh[\s\S]*0 – 40[\s\S]*\d\.\d{3}/);
  const comms = browser.sent.get("comm_msg") ?? 0;
  await runs.nth(2).click();
  expect(await hook(page, "fp-step-label").innerText()).toBe("step 40");
  const sample = (): Promise<string> => hook(page, "fp-sample-step").innerText();
  await expect.poll(sample).toBe("sample from step 40");
  await expect.poll(() => runs.nth(2).getAttribute("aria-current")).toBe("true");
  await runs.nth(1).focus();
  await page.keyboard.press("Enter");
  expect(await hook(page, "fp-step-label").innerText()).toContain("Live");
  expect(browser.sent.get("comm_msg") ?? 0).toBe(comms);
});

test("selecting a session puts the ring there, and the views that showed the other follow", async () => {
  expect(await title()).toBe("sonnets");
  await line(0, "hot").click();
  await expect.poll(title).toBe("hot");
  await expect.poll(() => line(0, "hot").getAttribute("aria-selected")).toBe("true");
  const crumbs = trees().nth(0).locator('[data-testid="fp-tree-crumbs"]');
  expect((await crumbs.innerText()).replaceAll("\n", "")).toMatch(/base.*sonnets.*hot/);
  await crumbs.getByRole("button", { name: "sonnets" }).click();
  await expect.poll(title).toBe("sonnets");
});

test("a tree in a cell of its own leads the dashboard that shows its session, wherever that was led", async () => {
  expect(await line(1, "sonnets").getAttribute("aria-selected")).toBe("true");
  await line(1, "hot").click();
  await expect.poll(title).toBe("hot");
  await line(0, "sonnets").click();
  await expect.poll(title).toBe("sonnets");
  await line(1, "sonnets").click();
  await expect.poll(() => line(1, "sonnets").getAttribute("aria-selected")).toBe("true");
  await line(1, "hot").click();
  await expect.poll(title).toBe("hot");
  await line(0, "sonnets").click();
  await expect.poll(title).toBe("sonnets");
});

test("arrow keys walk, fold and unfold the tree; Enter selects and the keyboard stays", async () => {
  const tree = hook(page, "fp-dashboard").locator('[data-testid="fp-session-tree"]');
  const list = tree.getByRole("tree");
  await tree.getByLabel("Colour by").selectOption("recency");
  await list.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => tree.getByRole("treeitem").count()).toBe(1);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const active = await list.getAttribute("aria-activedescendant");
  expect(await line(0, "hot").getAttribute("id")).toBe(active);
  await page.keyboard.press("Enter");
  await expect.poll(title).toBe("hot");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect.poll(title).toBe("sonnets");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(title).toBe("hot");
  expect(await focused(page)).toBe("Sessions");
  expect(await tree.getByLabel("Colour by").inputValue()).toBe("recency");
});

test("fork from here asks for a name, opens the branch and shows it in both trees", async () => {
  const tree = trees().nth(0);
  const form = tree.locator('[data-testid="fp-tree-fork-form"]');
  // The session selected a moment ago is still being drawn: the button may move away between press and
  // release, which is no click then.
  const shown = async (): Promise<boolean> => {
    if (await form.isVisible()) return true;
    await tree.getByRole("button", { name: "Fork from here" }).click();
    return form.isVisible();
  };
  await expect.poll(shown, { timeout: 30_000 }).toBe(true);
  await form.getByLabel("name").fill("hot");
  await page.keyboard.press("Enter");
  await tree.getByRole("alert").waitFor();
  await form.getByLabel("name").fill("hotter");
  await form.getByLabel("learning rate").fill("0.05");
  await page.keyboard.press("Enter");
  await expect.poll(title, { timeout: 60_000 }).toBe("hotter");
  await expect.poll(() => focused(page)).toMatch(/^(Sessions|Fork from here)$/);
  await line(1, "hotter").waitFor();
  expect(await line(0, "hotter").getAttribute("aria-level")).toBe("3");
  expect(browser.errors.filter((error) => /forkpoint|fp-|react/i.test(error))).toEqual([]);
});

test("what another process makes appears by itself, and goes when it throws it away", async () => {
  const store = await open({ from: folder });
  const { id } = await (await store.session("sonnets")).fork("from elsewhere", { at: 20 });
  await line(1, "from elsewhere").waitFor();
  expect(await line(0, "from elsewhere").getAttribute("aria-level")).toBe("2");
  await store.trash.put([{ kind: "session", id }]);
  await expect.poll(() => line(1, "from elsewhere").count()).toBe(0);
  await store.close();
});
