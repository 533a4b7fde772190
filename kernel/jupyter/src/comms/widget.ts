import { NoKernel } from "../errors.js";
import { currentKernel } from "../current.js";
import type { MimeBundle } from "../wire/display.js";
import { joinBuffers, splitBuffers, type BufferPath, type SplitState } from "./buffer-paths.js";
import type { Comm, CommMessage } from "./comm.js";

/** The comm target of every widget. */
export const WIDGET_TARGET = "jupyter.widget";

const WIDGET_PROTOCOL = "2.1.0";
const VIEW_MIME = "application/vnd.jupyter.widget-view+json";

/** What a widget is made of. */
export interface WidgetOptions {
  /** Name of the model's class in the page, such as `"TimelineModel"`. */
  model: string;
  /** Name of the view's class; null for a model that is only shared by others. */
  view: string | null;
  /** The page's module that has both. */
  module: string;
  moduleVersion: string;
  /** The state at first; its keys are those of the page's model. */
  state: Record<string, unknown>;
}

// Not instanceof: a process may hold two copies of this module.
const BRAND = Symbol.for("forkpoint.widget");

function referenceOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && BRAND in value
    ? `IPY_MODEL_${(value as Widget).modelId}`
    : undefined;
}

type Patch = Record<string, unknown>;

/**
 * The kernel's half of a widget: a state that the page mirrors, and messages both ways. Binary
 * values anywhere in the state (ArrayBuffer and its views) travel as raw bytes; another `Widget`
 * in it becomes a reference.
 *
 * @throws {NoKernel} when this process is no kernel
 * @example
 * const slider = new Widget({ model: "BarModel", view: "BarView", module: "bars",
 *   moduleVersion: "1.0.0", state: { value: 3 } });
 * slider.set({ value: 4 });
 */
export class Widget {
  readonly [BRAND] = true;
  /** The same in kernel and page. */
  readonly modelId: string;
  readonly #state: Record<string, unknown>;
  readonly #comm: Comm;
  readonly #registry: Map<string, Widget>;
  readonly #messageListeners = new Set<(content: never, buffers: Uint8Array[]) => void>();
  readonly #changeListeners = new Set<(patch: Patch) => void>();

  constructor(options: WidgetOptions) {
    const kernel = currentKernel();
    if (!kernel) throw new NoKernel("A widget");
    const { model, view, module, moduleVersion } = options;
    this.#state = {
      _model_module: module,
      _model_module_version: moduleVersion,
      _model_name: model,
      _view_module: view === null ? null : module,
      _view_module_version: view === null ? "" : moduleVersion,
      _view_name: view,
      _view_count: null,
      ...options.state,
    };
    const { state, bufferPaths, buffers } = this.split(this.#state);
    this.#comm = kernel.comms.open(WIDGET_TARGET, {
      data: { state, buffer_paths: bufferPaths },
      metadata: { version: WIDGET_PROTOCOL },
      buffers,
    });
    this.modelId = this.#comm.commId;
    this.#registry = kernel.widgets;
    this.#registry.set(this.modelId, this);
    this.#comm.onMessage((message) => this.#receive(message));
    this.#comm.onClose(() => this.#registry.delete(this.modelId));
  }

  /** The state now, with the `_model_…` and `_view_…` keys. */
  get state(): Readonly<Record<string, unknown>> {
    return this.#state;
  }

  /**
   * Changes some keys, here and in the page.
   *
   * @param options `silent` changes only what a reloaded page gets, and sends nothing now
   * @throws {CommClosed} after {@link close}
   * @example timeline.set({ step: 500 })
   */
  set(patch: Patch, options: { silent?: boolean } = {}): void {
    Object.assign(this.#state, patch);
    if (!options.silent) this.#sendState("update", patch);
  }

  /**
   * Sends a custom message to the page's model.
   *
   * @throws {CommClosed} after {@link close}
   * @example timeline.send({ kind: "append", step: 3 }, [rows])
   */
  send(content: object, buffers: Uint8Array[] = []): void {
    this.#comm.send({ method: "custom", content }, { buffers });
  }

  /**
   * Adds a listener for custom messages of the page; returns its remover.
   *
   * @example library.onMessage((message, buffers) => console.log(message.action))
   */
  // The content's shape is agreed on between the widget and its page.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  onMessage(listener: (content: any, buffers: Uint8Array[]) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  /**
   * Adds a listener for changes that the page made; they are in {@link state} already. Returns its
   * remover.
   *
   * @example slider.onChange((patch) => console.log(patch.value))
   */
  onChange(listener: (patch: Patch) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Takes the widget out of the page; a second time does nothing. */
  close(): void {
    this.#registry.delete(this.modelId);
    this.#comm.close();
  }

  /** The state, or a part of it, as it goes over the wire. */
  split(state: Patch = this.#state): SplitState {
    return splitBuffers(state, referenceOf);
  }

  /** What shows the widget as the value of a cell. */
  [Symbol.for("Jupyter.display")](): MimeBundle {
    const { text, _model_name: name } = this.#state;
    const bundle: MimeBundle = { "text/plain": typeof text === "string" ? text : String(name) };
    if (this.#state["_view_name"] !== null) {
      bundle[VIEW_MIME] = { version_major: 2, version_minor: 0, model_id: this.modelId };
    }
    return bundle;
  }

  #receive({ data, buffers }: CommMessage): void {
    const paths = (data.buffer_paths ?? []) as BufferPath[];
    if (data.method === "update") {
      // The page asks for its own change back, to know when it has arrived.
      this.#comm.send(
        { method: "echo_update", state: data.state, buffer_paths: paths },
        { buffers },
      );
      const patch = joinBuffers(structuredClone(data.state) as Patch, paths, buffers);
      Object.assign(this.#state, patch);
      for (const listener of [...this.#changeListeners]) listener(patch);
    } else if (data.method === "request_state") {
      this.#sendState("update", this.#state);
    } else if (data.method === "custom") {
      for (const listener of [...this.#messageListeners]) listener(data.content as never, buffers);
    }
  }

  #sendState(method: "update", patch: Patch): void {
    const { state, bufferPaths, buffers } = this.split(patch);
    this.#comm.send({ method, state, buffer_paths: bufferPaths }, { buffers });
  }
}
