/** Builds the page as it is shipped, and serves it with some binary files beside it. */
export function servePage(
  files: Record<string, Uint8Array>,
): Promise<{ address: string; close(): void }>;
