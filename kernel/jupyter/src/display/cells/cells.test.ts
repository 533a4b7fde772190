import { expect, test } from "vitest";
import { bundleOf } from "../bundle.js";
import { CELL_GLOBALS } from "./cell-globals-text.js";
import { defineCellGlobals } from "./cell-globals.js";
import { display } from "./display.js";
import { image } from "./image.js";
import { html, Markup, md, svg } from "./tags.js";

test("values in html are escaped unless they are markup, arrays joined, nothing left out", async () => {
  const items = ["<1>", "2"].map((item) => html`<b>${item}</b>`);
  const made = html`<i title="${'"'}">${items}${null}${undefined}${svg`<svg></svg>`}</i>`;
  expect(await bundleOf(made)).toEqual({
    "text/html": '<i title="&quot;"><b>&lt;1&gt;</b><b>2</b><svg></svg></i>',
    "text/plain": "<1>2",
  });
  const markdown = new Markup("text/markdown", "<b>");
  expect(String(html`${markdown}`)).toBe("&lt;b&gt;");
});

test("Markdown takes values as they are, and escapes mean what they mean in JavaScript", async () => {
  const made = md`# ${"*a*"} \`code\` ${html`<b>x</b>`}`;
  const source = "# *a* `code` <b>x</b>";
  expect(await bundleOf(made)).toEqual({ "text/markdown": source, "text/plain": source });
  expect(String(md`$\xi$`)).toBe("$\\xi$");
});

test("an image needs to be one", async () => {
  const source = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>';
  expect(await bundleOf(image(Buffer.from(source)))).toMatchObject({ "image/svg+xml": source });
  expect(() => image(Buffer.from("text"))).toThrow("the bytes are no PNG, JPEG, GIF, WebP or SVG");
  expect(() => image(5 as never)).toThrow("image: give a path or bytes, not 5.");
});

test("display names the option that it does not have, and the one that is missing", async () => {
  await expect(display(1, { displayId: "a" } as never)).rejects.toMatchObject({
    code: "DisplayRefused",
    message: 'display: it has no option "displayId", use raw, update, display_id.',
  });
  await expect(display(1, { update: true })).rejects.toThrow("an update needs the display_id");
  await expect(display(1)).rejects.toMatchObject({ code: "NoKernel" });
});

test("globals are those declared to TypeScript, and take no name that is in use", () => {
  const target = { html: "mine" };
  defineCellGlobals(target);
  expect(target.html).toBe("mine");
  expect(Object.keys(target)).toEqual(["html"]);
  const declared = [...CELL_GLOBALS.matchAll(/var (\w+):/g)].map(([, name]) => name);
  expect(Object.getOwnPropertyNames(target).sort()).toEqual(declared);
});
