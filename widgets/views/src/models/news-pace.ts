/** The part of a processor that showing what training does may take, of what the page itself can see. */
const SHARE = 0.01;

/** However long it takes, in milliseconds: a run is seen live. */
const LONGEST = 1000;

/** How often a page shows news: the longer showing them takes, the more seldom. */
export interface NewsPace {
  /** Milliseconds until the next may be shown. */
  wait(): number;
  /** Has news shown, and measures what that takes. */
  show(tell: () => void): void;
}

/**
 * A pace that leaves the processor to training: on two cores without a graphics card to draw with, each
 * millisecond of a page's is taken from a step.
 *
 * @example if (pace.wait() === 0) pace.show(() => changes.emit());
 */
export function createNewsPace(): NewsPace {
  let shown = -Infinity;
  let took = 0;
  return {
    wait: () => Math.max(0, Math.ceil(shown + Math.min(LONGEST, took / SHARE) - performance.now())),
    show(tell) {
      const began = performance.now();
      shown = began;
      tell();
      // Behind what listeners left for the end of this task.
      queueMicrotask(() => {
        const scripts = performance.now() - began;
        requestAnimationFrame(() => {
          const frame = performance.now();
          afterFrame(() => (took = scripts + performance.now() - frame));
        });
      });
    },
  };
}

// The task behind a frame's painting; a timer would come a millisecond or four later.
function afterFrame(act: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    act();
  };
  port2.postMessage(null);
}
