/** `status`: whether the kernel works for the parent message. `starting` comes exactly once. */
export interface Status {
  execution_state: "starting" | "busy" | "idle";
}
