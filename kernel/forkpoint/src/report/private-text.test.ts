import { expect, test } from "vitest";
import { privateText, privateValue } from "./private-text.js";

const output = { folder: "/srv/nb", source: false };

test.each([
  ["at /srv/nb/model.ts:3:1", "at model.ts:3:1"],
  ["at run (file:///home/ann/work/a b/kernel.js:1:2)", "at run (~/work/a b/kernel.js:1:2)"],
  ["/Users/ann/x.ts", "~/x.ts"],
  ["in /opt/venv/lib/site-packages/m.py", "in …/m.py"],
  ["C:\\Users\\Ann\\nb\\a.ts", "~\\nb\\a.ts"],
  ["http://127.0.0.1:8888/lab?token=0a1b2c3d", "http://127.0.0.1:8888/lab?token=…"],
  ["key hf_abcdefghijklmnop", "key …"],
  ["Authorization: Bearer abc.def.ghijklmnop", "Authorization: Bearer …"],
])("%s is told as %s", (text, told) => {
  expect(privateText(text, output)).toBe(told);
});

test.each([
  "https://example.org/home/page/about",
  "a/b/c and 1/2",
  "</var/x>",
  "data:image/png;base64,AAAA+/tmp/abcd/efgh",
])("%s stays", (text) => {
  expect(privateText(text, output)).toBe(text);
});

test("code keeps its paths but for the home folder and the notebook's own", () => {
  const source = { folder: "/srv/nb", source: true };
  expect(privateText('read("/data/corpus/a.txt", "/srv/nb/b.txt")', source)).toBe(
    'read("/data/corpus/a.txt", "b.txt")',
  );
  expect(privateText('"/home/ann/a.txt"', source)).toBe('"~/a.txt"');
});

test("bytes of pictures are left alone", () => {
  const data = { "image/png": "/tmp/abc/def", "text/plain": ["/tmp/abc/def"] };
  expect(privateValue(data, output)).toEqual({
    "image/png": "/tmp/abc/def",
    "text/plain": ["…/def"],
  });
});
