// The views outside JupyterLab, for work on their looks: from the repository's root
//   node node_modules/vite/bin/vite.js widgets/views/demo
// and open /?scene=running&theme=dark; scenes are in scenes.ts. Needs the set-up's .venv for the themes.
import { fileURLToPath } from "node:url";

export default {
  server: { fs: { allow: [fileURLToPath(new URL("../../..", import.meta.url))] } },
  resolve: {
    alias: {
      "@forkpoint/wire": fileURLToPath(new URL("../../wire/src/index.ts", import.meta.url)),
      "~themes": fileURLToPath(
        new URL("../../../.venv/share/jupyter/lab/themes/@jupyterlab", import.meta.url),
      ),
    },
  },
};
