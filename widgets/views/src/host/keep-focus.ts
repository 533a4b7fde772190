/** What the keyboard can stand on. */
const STOPS = "button, input, select, textarea, a[href], [tabindex]";

/** Marks where the focus goes best in the part of a view that it is on. */
const HOME = "[data-focus-home]";

/** An element that has the focus, and the way to it: the place of each branch in its parent, innermost first. */
interface Stand {
  element: HTMLElement;
  way: { parent: Element; index: number }[];
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
    // What an action holds for a moment is waited for.
    if (next !== stand.element) stand = standOf(root, next);
    if (usable(next)) next.focus({ preventScroll: true });
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
    const parent = at.parentElement;
    way.push({ parent, index: Array.prototype.indexOf.call(parent.children, at) });
  }
  return { element, way };
}

function successor(root: HTMLElement, { way }: Stand): HTMLElement | null {
  for (const { parent, index } of way) {
    if (!root.contains(parent)) continue;
    const near = [parent.children[index], parent.children[index - 1], parent];
    for (const part of near) {
      const found = part && stopIn(part);
      if (found) return found;
    }
  }
  return null;
}

function stopIn(part: Element): HTMLElement | undefined {
  const stops = [part, ...part.querySelectorAll(STOPS)].filter(
    (stop): stop is HTMLElement =>
      stop instanceof HTMLElement &&
      stop.matches(STOPS) &&
      stop.tabIndex >= 0 &&
      stop.checkVisibility({ visibilityProperty: true }),
  );
  return stops.find((stop) => stop.matches(HOME)) ?? stops.find(usable);
}
