import type { DebuggerContext, Debugging } from "./debugger.js";

/**
 * A debugger that is loaded by the first request for it: most kernels never get one, and all of them
 * are to start soon.
 *
 * @example const debugging = createDebuggerLater({ publish, switched });
 */
export function createDebuggerLater(context: DebuggerContext): Debugging {
  let loading: Promise<Debugging> | undefined;
  let loaded: Debugging | undefined;
  const load = (): Promise<Debugging> =>
    (loading ??= import("./debugger.js").then(
      ({ createDebugger }) => (loaded = createDebugger(context)),
    ));
  return {
    handle: async (content) => (await load()).handle(content),
    announce: async (scripts) => (await load()).announce(scripts),
    release: () => loaded?.release(),
    close: () => loaded?.close(),
  };
}
