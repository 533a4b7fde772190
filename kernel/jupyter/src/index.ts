export { CELL_GLOBALS } from "./execution/globals.js";
export type { InputOptions, Questions } from "./execution/globals.js";
export { currentKernel } from "./current.js";
export { startKernel } from "./kernel.js";
export type { Kernel } from "./kernel.js";
export type { DisplayOptions, KernelOptions } from "./kernel-options.js";
export type { KernelPackage } from "./evaluate/module-loader.js";
export type { Comm, CommExtras, CommMessage } from "./comms/comm.js";
export type { CommOpenOptions, Comms, CommTarget } from "./comms/comms.js";
export { Widget, WIDGET_TARGET } from "./comms/widget.js";
export type { WidgetOptions } from "./comms/widget.js";
export { bundleOf, DISPLAY } from "./display/bundle.js";
export type { MimeBundle } from "./wire/display.js";
export type { Header } from "./wire/header.js";
export { PROTOCOL_VERSION } from "./wire/header.js";
export {
  CellInvalid,
  CommandFailed,
  CommClosed,
  ConnectionFileInvalid,
  ExitRefused,
  Interrupted,
  KernelRunning,
  MemoryExhausted,
  NoKernel,
  RequestInvalid,
  StdinRefused,
} from "./errors.js";
export type { ErrorDetails, Finding } from "./errors.js";
