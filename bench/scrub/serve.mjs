import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Builds the page as it is shipped, and serves it with some binary files beside it. */
export async function servePage(files) {
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-scrub-"));
  await build({
    root: here("page"),
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 10_000 },
    resolve: {
      alias: {
        "@forkpoint/wire": here("../../widgets/wire/src/index.ts"),
        "~themes": here("../../.venv/share/jupyter/lab/themes/@jupyterlab"),
      },
    },
  });
  const server = createServer((request, response) => {
    const name = new URL(request.url, "http://x").pathname.slice(1) || "index.html";
    try {
      const content = files[name] ?? readFileSync(join(folder, name));
      response.setHeader("content-type", types[extname(name)] ?? "application/octet-stream");
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
