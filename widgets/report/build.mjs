// Bundles the script and the style sheet of every report into out/: once, at set-up, never when a report is
// made. Needs the compiled views.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = fileURLToPath(new URL(".", import.meta.url));
const [{ output }] = await build({
  root: folder,
  configFile: false,
  logLevel: "warn",
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    write: false,
    target: "es2022",
    assetsInlineLimit: () => true,
    lib: { entry: "src/main.ts", formats: ["iife"], name: "forkpointReport" },
  },
});
const script = output.find(({ type }) => type === "chunk").code;
const style = output.find(({ fileName }) => fileName.endsWith(".css")).source;
mkdirSync(`${folder}out`, { recursive: true });
// Inlined into HTML: no text in it may end its element, or begin a comment.
writeFileSync(
  `${folder}out/report.js`,
  script.replaceAll(/<\/(?=script)/gi, "<\\/").replaceAll("<!--", "<\\!--"),
);
writeFileSync(`${folder}out/report.css`, String(style).replaceAll(/<\/(?=style)/gi, "<\\/"));
