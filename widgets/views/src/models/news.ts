import type { Changes } from "./changes.js";

/**
 * The part of a processor that showing what training does may take, of what the page itself can see: less
 * than half of all it costs, the rest is spent by the browser's other threads. A step of training that keeps all
 * processors busy waits for each of its halves, so that what one of them loses the step loses.
 */
const SHARE = 0.004;

/** However long it takes, in milliseconds: a run is seen live. */
const LONGEST = 4000;

/** The kernel tells all it has to tell in several messages, one right after the other; in milliseconds. */
const GATHERED = 50;

/** How long the pointer must rest in a drag until news are shown, in milliseconds: each frame belongs to it. */
const REST = 250;

/** What training does by itself, as the models of a page hear of it. */
export interface News {
  /** Tells those who listen to a model together with all others, when it is time. */
  tell(changes: Changes): void;
  /** Tells all that waits at once: somebody is to see it. */
  tellNow(): void;
  /** From now on news wait until `moved` has not been called for a while. */
  hold(holder: object): void;
  /** Something was dragged on. */
  moved(): void;
  /** The drag is over: what waited is told. */
  release(holder: object): void;
}

/**
 * News that are shown in one frame, however many models they are of, and the longer that takes the more seldom:
 * on two cores without a graphics card to draw with, each millisecond of a page's is taken from a step.
 *
 * @example const news = createNews(); news.tell(this.dataChanges);
 */
export function createNews(): News {
  const waiting = new Set<Changes>();
  const holders = new Set<object>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = -Infinity;
  let took = 0;

  const pause = (): number =>
    Math.ceil(shown + Math.min(LONGEST, took / SHARE) - performance.now());
  const arm = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tellAll, Math.max(holders.size > 0 ? REST : GATHERED, pause()));
  };
  function tellAll(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const began = (shown = performance.now());
    const all = [...waiting];
    waiting.clear();
    for (const changes of all) changes.emit();
    // Behind what listeners left for the end of this task.
    queueMicrotask(() => {
      const scripts = performance.now() - began;
      requestAnimationFrame(() => {
        const frame = performance.now();
        afterFrame(() => (took = scripts + performance.now() - frame));
      });
    });
  }

  return {
    tell(changes) {
      waiting.add(changes);
      if (timer === undefined) arm();
    },
    tellNow: tellAll,
    hold: (holder) => void holders.add(holder),
    moved() {
      if (timer !== undefined && holders.size > 0) arm();
    },
    release(holder) {
      if (holders.delete(holder)) tellAll();
    },
  };
}

/** The news of this page. */
export const news = createNews();

// The task behind a frame's painting; a timer would come a millisecond or four later.
function afterFrame(act: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    act();
  };
  port2.postMessage(null);
}
