import { createHash } from "node:crypto";
import { chmodSync, createReadStream, existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** A file that is loaded into a process, as it was when it was installed. */
export interface LoadedFile {
  path: string;
  size: number;
  mtimeMs: number;
  sha256: string;
}

/** Makes a file one that nobody else can write, and says what it is now; `path` is told within `folder`. */
export async function recordFile(folder: string, path: string): Promise<LoadedFile> {
  const full = join(folder, path);
  chmodSync(full, 0o600);
  const { size, mtimeMs } = statSync(full);
  return { path, size, mtimeMs, sha256: await sha256File(full) };
}

/** What is wrong with a file that was recorded at installation, as a sentence; null when nothing. */
export function faultOf(path: string, file: LoadedFile): string | null {
  if (!existsSync(path)) return `${path} is missing.`;
  const found = statSync(path);
  const owner = process.getuid?.();
  if (owner !== undefined && found.uid !== owner) return `${path} belongs to another user.`;
  if ((found.mode & 0o022) !== 0) return `${path} can be written by other users.`;
  if (found.size !== file.size || found.mtimeMs !== file.mtimeMs) {
    return `${path} has changed since it was installed.`;
  }
  return null;
}

/** The sha256 of a file, in hexadecimal. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(part as Buffer);
  }
  return hash.digest("hex");
}
