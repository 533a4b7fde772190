import { createRequire } from "node:module";
import { tableFromArrays } from "apache-arrow";
import { expect, test } from "vitest";
import { bundleNow, bundleOf } from "../bundle.js";

const text = async (value: unknown): Promise<unknown> => (await bundleOf(value))["text/plain"];

const LITE = "https://vega.github.io/schema/vega-lite";
const spec = (version: string): object => ({
  $schema: `${LITE}/${version}.json`,
  mark: "bar",
  data: { values: [{ a: 1 }, { a: 2 }] },
  encoding: { x: { field: "a" }, y: { aggregate: "count" } },
});

test.each([
  ["v5.20.1", "v5", "v5"],
  ["v6", "v5", "v5"],
  ["v4.17.0", "v4", "v4"],
])("a Vega-Lite %s chart is sent as %s", async (own, sent, schema) => {
  const bundle = await bundleOf(spec(own));
  expect(bundle).toEqual({
    [`application/vnd.vegalite.${sent}+json`]: { ...spec(own), $schema: `${LITE}/${schema}.json` },
    "image/svg+xml": expect.stringMatching(/^<svg [\s\S]*Count of Records[\s\S]*<\/svg>$/),
    "text/plain": "Vega-Lite chart: bar, x a, 2 rows",
  });
});

test("a chart that JupyterLab cannot render says which it can", async () => {
  expect(await bundleOf(spec("v7"))).toEqual({
    "text/plain":
      "Vega-Lite chart: bar, x a, 2 rows\n(version 7: JupyterLab renders versions 3 to 5)",
  });
});

test("Vega has a type of its own, and chart makers are asked for what they made", async () => {
  const vega = { $schema: "https://vega.github.io/schema/vega/v6.json", title: "T", marks: [] };
  expect(await bundleOf(vega)).toEqual({
    "application/vnd.vega.v5+json": {
      ...vega,
      $schema: "https://vega.github.io/schema/vega/v5.json",
    },
    "image/svg+xml": expect.stringMatching(/^<svg [\s\S]*>T<[\s\S]*<\/svg>$/),
    "text/plain": 'Vega chart "T"',
  });
  const made = await bundleOf({ toSpec: () => ({ mark: { type: "line" }, encoding: {} }) });
  expect(made).toMatchObject({ "text/plain": "Vega-Lite chart: line" });
  expect(Object.keys(made)[0]).toBe("application/vnd.vegalite.v5+json");
});

test.each([
  ["data from elsewhere", { data: { url: "https://example.org/a.json" } }, "it needs https://exam"],
  ["a picture from elsewhere", { mark: { type: "image", url: "file:///a.png" } }, "it needs file:"],
  ["a mark that is none", { mark: "nonsense" }, "Cannot read"],
  ["a wrong expression", { transform: [{ calculate: "datum.a +", as: "b" }] }, "Unexpected end"],
  ["far too much", { data: { sequence: { start: 0, stop: 1e9, as: "a" } } }, "longer than 4 s"],
])("a chart with %s has no picture and says why", async (_what, part, reason) => {
  const bundle = await bundleOf({ ...spec("v5"), ...part });
  expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "text/plain"]);
  expect(bundle["text/plain"]).toContain(`(no picture: `);
  expect(bundle["text/plain"]).toContain(reason);
});

test("a chart's picture is there at once, and drawing goes on after one that was too much", () => {
  expect(bundleNow(spec("v5"))).toHaveProperty(["image/svg+xml"]);
});

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);

test.each([
  ["image/png", png, "PNG picture, 1 × 1, 67 bytes"],
  ["image/jpeg", Buffer.from("ffd8ffe000", "hex"), "JPEG picture, 5 bytes"],
  ["image/gif", Buffer.from("474946383961020003000000", "hex"), "GIF picture, 2 × 3, 12 bytes"],
  ["image/webp", Buffer.from("RIFF\0\0\0\0WEBPVP8 ", "latin1"), "WEBP picture, 16 bytes"],
])("bytes of %s are a picture", async (type, bytes, line) => {
  const bundle = { [type]: bytes.toString("base64"), "text/plain": line };
  expect(await bundleOf(bytes)).toEqual(bundle);
  expect(await bundleOf(new Uint8Array(bytes).buffer)).toEqual(bundle);
});

test("canvases, at once or later", async () => {
  const url = `data:image/png;base64,${png.toString("base64")}`;
  const bundle = {
    "image/png": png.toString("base64"),
    "text/plain": "PNG picture, 1 × 1, 67 bytes",
  };
  expect(await bundleOf({ toDataURL: () => url })).toEqual(bundle);
  expect(await bundleOf({ toDataURL: async () => url })).toEqual(bundle);
});

test("elements of a document", async () => {
  expect(await bundleOf({ outerHTML: "<svg><circle/></svg>" })).toEqual({
    "image/svg+xml": "<svg><circle/></svg>",
    "text/plain": "SVG picture, 20 bytes",
  });
  const html = "<p>one &lt; <b>two</b></p><style>p {}</style><p>three</p>";
  expect(await bundleOf({ outerHTML: html })).toEqual({
    "text/html": html,
    "text/plain": "one < two\nthree",
  });
});

test("records are a table: numbers to the right with one point, the rest counted", async () => {
  const rows = Array.from({ length: 1000 }, (_row, n) => ({ n, loss: 2 / (n + 2), name: "a\nb" }));
  const bundle = await bundleOf(rows);
  const lines = String(bundle["text/plain"]).split("\n");
  expect(lines.slice(0, 4)).toEqual([
    "     n     loss  name",
    " 0   0  1.00000  a\\nb",
    " 1   1  0.66667  a\\nb",
    " 2   2  0.50000  a\\nb",
  ]);
  expect(lines.slice(21)).toEqual(["… 980 more rows (1,000 rows × 3 columns)"]);
  expect(bundle["text/html"]).toContain(">1,000 rows × 3 columns · … 980 more rows<");
  expect(bundle["text/html"]).toContain('<td class="jts-number">0.66667</td>');
});

test("a wide table is cut, and small numbers do not vanish", async () => {
  const wide = Object.fromEntries(Array.from({ length: 24 }, (_name, n) => [`c${n}`, n]));
  expect(await text([wide])).toMatch(/c19\n.*19\n… 4 more columns \(1 row × 24 columns\)$/);
  expect(await text([{ a: 1234.5 }, { a: 1e-9 }])).toBe("        a\n0  1234.5\n1    1e-9");
});

test("hostile names and values stay text", async () => {
  const evil = '</td><script>alert("1")</script>';
  const html = String((await bundleOf([{ [evil]: evil, n: "<img onerror='x'>" }]))["text/html"]);
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain("&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
});

test("records that have little in common are not a table", async () => {
  expect(await text([{ a: 1 }, { b: 2 }, { c: 3 }])).toBe("[ { a: 1 }, { b: 2 }, { c: 3 } ]");
});

test("Arrow tables bring their types, two columns of one name both", async () => {
  const table = tableFromArrays({
    step: Int32Array.of(1, 2),
    loss: Float64Array.of(0.5, 0.25),
    big: BigInt64Array.of(1n, -2n),
  });
  const bundle = await bundleOf(table);
  expect(bundle["text/plain"]).toBe("   step  loss  big\n0     1  0.50    1\n1     2  0.25   -2");
  expect(bundle["text/html"]).toContain("loss<small>Float64</small>");
  const doubled = table.select(["step", "loss"]).assign(table.select(["big"]));
  const twice = {
    ...doubled,
    schema: {
      fields: [
        { name: "x", type: "A" },
        { name: "x", type: "B" },
      ],
    },
  };
  const duck = Object.assign(Object.create(doubled) as object, { schema: twice.schema });
  expect(await text(duck)).toBe("   x     x\n0  1  0.50\n1  2  0.25");
});

test("data frames bring a resource and a table", async () => {
  const rows = [
    { id: 1n, at: new Date(0), name: "a" },
    { id: 2n ** 60n, at: null, name: null },
  ];
  const frame = {
    schema: { id: "Int64", at: { variant: "Datetime" }, name: "Utf8" },
    head: (count: number) => ({ toRecords: () => rows.slice(0, count) }),
    toRecords: () => rows,
  };
  const bundle = await bundleOf(frame);
  expect(bundle["application/vnd.dataresource+json"]).toEqual({
    data: [
      { id: 1, at: new Date(0), name: "a" },
      { id: "1152921504606846976", at: null, name: null },
    ],
    schema: {
      fields: [
        { name: "id", type: "integer" },
        { name: "at", type: "datetime" },
        { name: "name", type: "string" },
      ],
    },
  });
  expect(bundle["text/plain"]).toBe(
    [
      "                    id  at                        name",
      "0                    1  1970-01-01T00:00:00.000Z  a",
      "1  1152921504606846976  null                      null",
    ].join("\n"),
  );
});

// Its CommonJS build: the other one leaves out file endings that Node wants.
const tf = createRequire(import.meta.url)("@tensorflow/tfjs") as typeof import("@tensorflow/tfjs");

test("small tensors show every value", async () => {
  expect(
    await text(
      tf.tensor([
        [1, 2],
        [3, 4.5],
      ]),
    ),
  ).toBe("Tensor [2, 2] float32\n[[  1,   2],\n [  3, 4.5]]");
  expect(await text(tf.scalar(0.1))).toBe("Tensor [] float32\n0.1");
  expect(await text(tf.tensor([true, false]))).toBe("Tensor [2] bool\n[true, false]");
  expect(await text(tf.tensor(["a", "b"]))).toBe('Tensor [2] string\n["a", "b"]');
  expect(await text(tf.complex([1, 2], [3, -4]))).toBe("Tensor [2] complex64\n[1+3i, 2-4i]");
  expect(await text(tf.zeros([0, 3]))).toBe("Tensor [0, 3] float32\n[]");
  expect(await text(tf.variable(tf.zeros([1, 1, 2])))).toBe(
    "Variable [1, 1, 2] float32\n[[[0, 0]]]",
  );
  const { "text/html": html } = await bundleOf(
    tf.tensor([
      [1, 2],
      [3, 4.5],
    ]),
  );
  expect(html).toContain('<td class="jts-number">4.5</td>');
  expect(html).toContain(">Tensor [2, 2] float32<");
});

test("large tensors are summarised, what is not finite counted", async () => {
  const values = Float32Array.from({ length: 1000 }, (_value, n) => n - 1);
  values[999] = NaN;
  expect(await text(tf.tensor(values))).toBe(
    "Tensor [1000] float32\n1,000 values, min -1, max 997, mean 498, 1 value not finite\nfirst: -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, …",
  );
});

test("a disposed tensor says so", async () => {
  const gone = tf.zeros([2, 3]);
  gone.dispose();
  expect(await text(gone)).toBe("Tensor [2, 3] float32, disposed: its values are gone");
});

test.each([
  ["a matrix", [8, 9], 1, true],
  ["a matrix of few", [7, 9], 1, false],
  ["grey", [8, 8, 1], 255, true],
  ["RGB", [8, 8, 3], 255, true],
  ["RGBA", [8, 8, 4], 1, true],
  ["two channels", [8, 8, 2], 1, false],
  ["too bright", [8, 8], 256, false],
])("is it a picture: %s", async (_name, shape, max, expected) => {
  const size = shape.reduce((all, length) => all * length, 1);
  const values = Float32Array.from({ length: size }, (_value, n) => (n / (size - 1)) * max);
  const bundle = await bundleOf(tf.tensor(values, shape));
  expect("image/png" in bundle).toBe(expected);
  expect(String(bundle["text/html"]).includes("data:image/png;base64,")).toBe(expected);
});

test("negative values are no picture", async () => {
  expect(await bundleOf(tf.fill([8, 8], -1))).not.toHaveProperty("image/png");
});
