import { expect, test } from "vitest";
import { GONE, LIVE, UNREACHABLE, watchKernel, type Liveness } from "./liveness.js";

/** A signal as JupyterLab's kernel connections have them. */
function signal() {
  const slots = new Set<(sender: unknown, value: unknown) => void>();
  return {
    connect: (slot: (sender: unknown, value: unknown) => void) => slots.add(slot) && true,
    disconnect: (slot: (sender: unknown, value: unknown) => void) => slots.delete(slot),
    emit: (value?: unknown) => slots.forEach((slot) => slot(null, value)),
  };
}

function kernel() {
  return { statusChanged: signal(), connectionStatusChanged: signal(), disposed: signal() };
}

test.each(["restarting", "autorestarting", "terminating", "dead"])(
  "a kernel that is %s is gone",
  (status) => {
    const watched = kernel();
    const seen: Liveness[] = [];
    watchKernel({ kernel: watched }, (liveness) => seen.push(liveness));
    watched.statusChanged.emit("busy");
    expect(seen).toEqual([]);
    watched.statusChanged.emit(status);
    expect(seen).toEqual([GONE]);
  },
);

test("a line that is cut and mended is said as such", () => {
  const watched = kernel();
  const seen: Liveness[] = [];
  watchKernel({ kernel: watched }, (liveness) => seen.push(liveness));
  for (const status of ["connecting", "connected"]) watched.connectionStatusChanged.emit(status);
  expect(seen).toEqual([UNREACHABLE, LIVE]);
});

test("nothing is heard after it was stopped, and a manager without a kernel is no fault", () => {
  const watched = kernel();
  const seen: Liveness[] = [];
  watchKernel({ kernel: watched }, (liveness) => seen.push(liveness))();
  watched.disposed.emit();
  watchKernel({}, (liveness) => seen.push(liveness))();
  expect(seen).toEqual([]);
});
