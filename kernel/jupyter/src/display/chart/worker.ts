// The thread that draws charts: what hangs or fills the memory there stops no cell.
import { parentPort } from "node:worker_threads";
import type { DrawingAnswer, DrawingOrder } from "./chart-picture.js";
import { drawChart } from "./drawing.js";

parentPort!.on("message", ({ grammar, specText, answers, bell }: DrawingOrder) => {
  const answer = (content: DrawingAnswer): void => {
    answers.postMessage(content satisfies DrawingAnswer);
    Atomics.add(bell, 0, 1);
    Atomics.notify(bell, 0);
    answers.close();
  };
  drawChart(grammar, JSON.parse(specText) as object).then(
    (svg) => answer({ svg }),
    (error: unknown) => answer({ reason: error instanceof Error ? error.message : String(error) }),
  );
});
