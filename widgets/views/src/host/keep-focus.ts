/** What the keyboard can stand on. */
const STOPS = "button, input, select, textarea, a[href], [tabindex]";

/** Marks where the focus goes best in a part of a view: a stop, or what one will be drawn in. */
const HOME = "[data-focus-home]";

/** An element that has the focus, and the way to it: each parent, innermost first, and what precedes the branch. */
interface Stand {
  element: HTMLElement;
  way: { parent: Element; before: Element[] }[];
}

/**
 * Keeps the keyboard in a view. A browser lets the focus fall to the page when what has it is removed or
 * disabled, as a button is by its own action: keys would go to the notebook then. What was disabled gets it
 * back when it is enabled again; of what is gone, that which stands in its place or nearest to it takes over.
 *
 * @returns ends it
 * @example const end = keepFocus(this.el);
 */
export function keepFocus(root: HTMLElement): () => void {
  let stand: Stand | null = null;
  const changes = new MutationObserver(look);

  function arrive(event: FocusEvent): void {
    stand = standOf(root, event.target as HTMLElement);
    const attributeFilter = ["disabled"];
    changes.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter });
  }

  function leave(event: FocusEvent): void {
    if (event.relatedTarget) return forget();
    // An element that is being removed tells of it while it is still there.
    const left = stand?.element;
    queueMicrotask(() => {
      if (left !== stand?.element) return;
      if (left && usable(left) && document.activeElement !== left) forget();
      else look();
    });
  }

  function forget(): void {
    stand = null;
    changes.disconnect();
  }

  function look(): void {
    const { activeElement: now, body } = document;
    if (!stand || now === stand.element) return;
    if (now && now !== body) return forget();
    const next = stand.element.isConnected ? stand.element : successor(root, stand);
    if (!next) return;
    // What an action holds for a moment is waited for, and what is still to be drawn.
    if (next !== stand.element) stand = standOf(root, next);
    const stop = next.matches(STOPS) ? next : stopsIn(next).find((at) => at.matches(HOME));
    if (stop && usable(stop)) stop.focus({ preventScroll: true });
  }

  root.addEventListener("focusin", arrive);
  root.addEventListener("focusout", leave);
  return () => {
    forget();
    root.removeEventListener("focusin", arrive);
    root.removeEventListener("focusout", leave);
  };
}

const usable = (element: HTMLElement): boolean =>
  element.isConnected && !element.matches(":disabled");

function standOf(root: HTMLElement, element: HTMLElement): Stand {
  const way: Stand["way"] = [];
  for (let at: Element = element; at !== root && at.parentElement; at = at.parentElement) {
    const before: Element[] = [];
    for (let one = at.previousElementSibling; one; one = one.previousElementSibling)
      before.push(one);
    way.push({ parent: at.parentElement, before });
  }
  return { element, way };
}

function successor(root: HTMLElement, { way }: Stand): HTMLElement | null {
  for (const { parent, before } of way) {
    if (!root.contains(parent)) continue;
    const last = before.find(({ parentElement }) => parentElement === parent);
    const inPlace = last ? last.nextElementSibling : parent.firstElementChild;
    for (const part of [inPlace, last, parent]) {
      const found = part && (homeOf(part) ?? stopsIn(part).find(usable));
      if (found) return found;
    }
  }
  return null;
}

const homeOf = (part: Element): HTMLElement | null =>
  part.matches(HOME) ? (part as HTMLElement) : part.querySelector<HTMLElement>(HOME);

function stopsIn(part: Element): HTMLElement[] {
  return [part, ...part.querySelectorAll(STOPS)].filter(
    (stop): stop is HTMLElement =>
      stop instanceof HTMLElement &&
      stop.matches(STOPS) &&
      stop.tabIndex >= 0 &&
      stop.checkVisibility({ visibilityProperty: true }),
  );
}
