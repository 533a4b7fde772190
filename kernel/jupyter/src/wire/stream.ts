/** `stream`: text that was printed. */
export interface Stream {
  name: "stdout" | "stderr";
  text: string;
}
