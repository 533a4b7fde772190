/** Leaves a trace in the page when it runs, whatever ran it. */
const RUN = "document.documentElement.dataset.ran='yes'";

/** Texts that try to leave the place they stand in. */
export const hostileTexts = [
  `</script><script>${RUN}</script>`,
  `<!--<script>`,
  `"><img src=x onerror="${RUN}">`,
  `'); ${RUN}; ('`,
  `\u2028${RUN}\u2029`,
  "__proto__",
];

/** Markup that tries to run, to load or to lead away. */
export const hostileHtml = [
  `<script>${RUN}</script><script src="https://example.invalid/a.js"></script>`,
  `<img src=x onerror="${RUN}"><img src="https://example.invalid/a.png">`,
  `<svg onload="${RUN}"><script>${RUN}</script><a xlink:href="javascript:${RUN}">x</a></svg>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe><iframe src="javascript:${RUN}"></iframe>`,
  `<a class="lure" href="javascript:${RUN}">a lure</a><a class="lure" href=" jAvAscript:${RUN}">a lure</a>`,
  `<meta http-equiv="refresh" content="0;url=https://example.invalid/">`,
  `<link rel="stylesheet" href="https://example.invalid/a.css"><base href="https://example.invalid/">`,
  `<style>@import "https://example.invalid/a.css"; body { background: url(https://example.invalid/b.png) } main { display: none }</style><p>styled</p>`,
  `<form action="javascript:${RUN}"><button autofocus onfocus="${RUN}">go</button></form>`,
  `<details open ontoggle="${RUN}"><summary>s</summary></details><video><source onerror="${RUN}"></video>`,
  `</template></div></main><script>${RUN}</script><body onload="${RUN}">`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  `<object data="javascript:${RUN}"></object><embed src="javascript:${RUN}">`,
  `<!--<script>--><b>bold</b>`,
];

/** TeX that tries the same. */
export const hostileTex = [
  `</math><script>${RUN}</script>`,
  `\\href{javascript:${RUN}}{x}`,
  `\\text{<img src=x onerror="${RUN}">}`,
  `\\includegraphics{https://example.invalid/a.png}`,
  `\\htmlStyle{background: url(https://example.invalid/b.png)}{x}`,
  `\\color{url(https://example.invalid/c)}x`,
];

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="${RUN}"><script>${RUN}</script><image href="https://example.invalid/a.png"/><rect width="40" height="40" fill="green"/></svg>`;

const output = (data: object): object => ({
  ...{ output_type: "display_data", metadata: {} },
  data: { "text/plain": "</pre></script>", ...data },
});

const code = (id: string, outputs: object[]): object => ({
  ...{ cell_type: "code", id, metadata: {}, execution_count: 1 },
  ...{ source: `// </script><script>${RUN}</script>`, outputs },
});

const text = (id: string, cell_type: "markdown" | "raw", source: string): object => ({
  ...{ cell_type, id, source },
  metadata: cell_type === "raw" ? { raw_mimetype: "text/html" } : {},
});

/** Cells that carry all of that in every form a notebook has. */
export function hostileCells(): object[] {
  return [
    ...hostileHtml.flatMap((html, at) => [
      text(`markdown-${at}`, "markdown", `# ${at}\n\n${html}\n\n[lure](javascript:${RUN})`),
      text(`raw-${at}`, "raw", html),
      code(`html-${at}`, [output({ "text/html": html }), output({ "text/markdown": html })]),
    ]),
    ...hostileTex.map((tex, at) => text(`tex-${at}`, "markdown", `$${tex}$\n\n$$${tex}$$`)),
    text("forged", "markdown", `<span class="report-math">${hostileTex.join("")}</span>`),
    code("other-forms", [
      output({ "image/svg+xml": svg }),
      output({ "application/javascript": RUN }),
      output({ "text/latex": `$</script><script>${RUN}</script>$` }),
      output({ "text/vnd.mermaid": `</pre><script>${RUN}</script>` }),
      output({ "image/png": `"><script>${RUN}</script>` }),
      output({
        "application/vnd.jupyter.widget-view+json": { model_id: `"><script>${RUN}</script>` },
      }),
      { output_type: "stream", name: "stdout", text: hostileTexts },
      {
        ...{ output_type: "error", ename: hostileTexts[0], evalue: hostileTexts[2] },
        traceback: hostileTexts,
      },
    ]),
  ];
}

/** The state of an HTML widget of ipywidgets, which puts its value into the page as markup. */
export const hostileWidget = {
  model_name: "HTMLModel",
  model_module: "@jupyter-widgets/controls",
  model_module_version: "2.0.0",
  state: { value: hostileHtml.join(""), description: hostileTexts[2], layout: null, style: null },
};
