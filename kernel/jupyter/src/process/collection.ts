import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How long there must have been nothing to do, in milliseconds. */
const IDLE_MS = 1000;

/** What collects a thread's garbage when that is in nobody's way. */
export interface Collection {
  /** There is something to do. */
  work(): void;
  /** There is nothing to do for now: collects if it stays so for a while. */
  rest(): void;
  /** Collects now if the heap has grown by so much, in bytes, since the last time. */
  collect(growth: number): void;
}

/** When garbage is worth collecting, in bytes. */
export interface CollectionLimits {
  /** The growth since the last time that an idle moment is used for. */
  growth: number;
  /** The largest heap that is looked through: the time it takes grows with the heap. */
  largest?: number;
}

/**
 * Makes the collection of a thread's garbage. V8 lets the heap of an idle thread stay as it is: what a
 * cell leaves would stay until some later cell needs the room.
 *
 * @example
 * const collection = createCollection({ growth: 2 ** 22 });
 * collection.rest(); // collects in a second if more than 4 MB have come by then
 */
export function createCollection({ growth, largest = Infinity }: CollectionLimits): Collection {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (how: object) => void;
  const after = { used: 0, total: 0 };
  let timer: NodeJS.Timeout | null = null;

  function collect(how: object): void {
    gc({ type: "major", execution: "sync", ...how });
    after.used = getHeapStatistics().used_heap_size;
  }

  function collectAtRest(): void {
    const { total_heap_size: total } = getHeapStatistics();
    if (total - after.total < growth || total > largest) return;
    // The flavour also gives back room, that of young objects among it: as large as it ever had to be.
    collect({ flavor: "last-resort" });
    after.total = getHeapStatistics().total_heap_size;
  }

  function work(): void {
    if (timer) clearTimeout(timer);
    timer = null;
  }

  return {
    work,
    rest() {
      work();
      timer = setTimeout(collectAtRest, IDLE_MS).unref();
    },
    collect(least) {
      if (getHeapStatistics().used_heap_size - after.used >= least) collect({});
    },
  };
}
