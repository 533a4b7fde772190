import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { findChromium } from "./setup/chromium.mjs";
import { root } from "./setup/folders.mjs";

/**
 * `node scripts/pictures.mjs [FOLDER] [VIEW …]`: draws the demo's views, each light and dark, from recorded
 * data, without a kernel. Without names it draws every view that the demo has.
 */
const [folder = join(root, "test-results", "views"), ...asked] = process.argv.slice(2);
const demo = join(root, "widgets", "views", "demo");
const server = await createServer({
  root: demo,
  configFile: join(demo, "vite.config.ts"),
  logLevel: "error",
  server: { host: "127.0.0.1", port: 0, hmr: false },
});
await server.listen();
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const address = server.resolvedUrls.local[0];
  const page = await browser.newPage({ viewport: { width: 1040, height: 1100 } });
  const open = async (query) => {
    await page.goto(`${address}?${new URLSearchParams(query)}`);
    await page.waitForFunction(() => "viewNames" in window, null, { timeout: 120_000 });
  };
  await open({});
  const known = await page.evaluate(() => window.viewNames);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no view ${unknown.join(", ")}. The views are ${known.join(", ")}.`);
  }
  mkdirSync(folder, { recursive: true });
  for (const view of asked.length > 0 ? asked : known) {
    for (const theme of ["light", "dark"]) {
      await open({ views: view, theme, scene: "completed" });
      // Charts are drawn a little after their data are there.
      await page.waitForTimeout(800);
      const path = join(resolve(folder), `${view}-${theme}.png`);
      await page.locator(".fp-view").first().screenshot({ path, animations: "disabled" });
      console.log(path);
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}
