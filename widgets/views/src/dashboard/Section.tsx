import { useId, useState, type ReactNode } from "react";
import { AfterPainting } from "../host/after-painting.js";

/** Which sections were opened or closed in this page, whatever dashboard or cell they stand in. */
const remembered = new Map<string, boolean>();

/**
 * A part of the dashboard that opens and closes. What it holds is made when it is opened, so that a closed
 * one costs nothing; whether it is open is remembered while the page stays.
 *
 * @example <Section id="attention" title="Attention"><AttentionCinema timeline={timeline} /></Section>
 */
export function Section(props: {
  /** Names it in the page's memory. */
  id: string;
  title: string;
  /** Open until somebody closes it. */
  startsOpen?: boolean;
  /** What it shows: of another, what it holds is made anew. */
  of?: string;
  children: ReactNode;
}): ReactNode {
  const { id, title, startsOpen = false, of, children } = props;
  const [open, setOpen] = useState(() => remembered.get(id) ?? startsOpen);
  const body = useId();
  const toggle = (): void => {
    remembered.set(id, !open);
    setOpen(!open);
  };
  return (
    <section className="fp-section" data-testid={`fp-section-${id}`} aria-label={title}>
      <h4 className="fp-section-head">
        <button
          type="button"
          className="fp-section-button"
          aria-expanded={open}
          aria-controls={body}
          onClick={toggle}
        >
          <span className="fp-section-caret" data-open={open} aria-hidden="true" />
          {title}
        </button>
      </h4>
      <div id={body} className="fp-section-body" hidden={!open}>
        {/* The curve comes first: what stands below it is made once that is seen. */}
        {open && <AfterPainting key={of}>{children}</AfterPainting>}
      </div>
    </section>
  );
}
