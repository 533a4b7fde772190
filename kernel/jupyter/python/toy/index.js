import { currentKernel, DISPLAY, Widget } from "@forkpoint/jupyter";

globalThis.toyLoads = (globalThis.toyLoads ?? 0) + 1;
export const loads = globalThis.toyLoads;

export function point(name, x) {
  return { name, x };
}

export function showHtml(html, options) {
  currentKernel().display({ "text/html": html, "text/plain": html }, options);
}

export function clear(wait = false) {
  currentKernel().clearOutput({ wait });
}

export function page(text) {
  currentKernel().page({ "text/plain": text });
}

export function slowly(text) {
  return {
    async [DISPLAY]() {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { "text/plain": text, "text/html": `<b>${text}</b>` };
    },
  };
}

export function widget(bytes) {
  return new Widget({
    model: "ToyModel",
    view: "ToyView",
    module: "toy-widgets",
    moduleVersion: "1.0.0",
    state: { value: 1, bytes, nested: [{ bytes }], text: "a toy" },
  });
}

export function serveEcho() {
  currentKernel().comms.register("echo", (comm, opening) => {
    comm.send({ opened: opening.data });
    comm.onMessage(({ data, buffers }) => {
      comm.send({ echo: data }, { buffers: buffers.map((bytes) => bytes.slice().reverse()) });
    });
  });
}

export function fail(message) {
  throw new RangeError(message);
}
