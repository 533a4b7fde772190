import { homedir } from "node:os";
import { dirname } from "node:path";

/** Folders under which a machine's own files lie. */
const ROOTS =
  "home|Users|root|tmp|var|private|opt|usr|mnt|media|srv|work|workspace|Volumes|data|etc";
const PLACE = new RegExp(
  `(?<![\\w.~:/<+=-])/(?:${ROOTS})/(?:[\\w.@+~ -]*[\\w.@+~-]/)*([\\w.@+~-]+)`,
  "g",
);
const WINDOWS_PLACE = /\b[A-Za-z]:\\(?:[^\\/:*?"<>|\s]+\\)*([^\\/:*?"<>|\s]+)/g;
const HOME = /(?<![\w.~:/<])(?:\/(?:home|Users)\/[^/\s"'<>:]+|[A-Za-z]:\\Users\\[^\\/\s"'<>:]+)/g;
const SECRETS: [RegExp, string][] = [
  [/([?&#](?:token|access_token|api_key|key)=)[^&\s"'<>]+/gi, "$1…"],
  [/\b(Bearer\s+)[\w.~+/-]{12,}=*/g, "$1…"],
  [/\b(?:hf_|sk-|ghp_|gho_|github_pat_|glpat-|xox[abp]-)[\w-]{12,}/g, "…"],
  [/\bAKIA[0-9A-Z]{16}\b/g, "…"],
];

/**
 * Takes out of a text what tells where it was made: tokens, and the folders of absolute paths. In an output
 * any path loses its folders; in a source only the home folder and the notebook's own are shortened, so that
 * the code stays what it is.
 *
 * @example privateText("/home/ann/nb/model.ts:3", { folder: "/home/ann/nb", source: false }) // "model.ts:3"
 */
export function privateText(text: string, about: { folder: string; source: boolean }): string {
  let result = text.replaceAll("file://", "");
  if (about.folder.length > 1) result = result.replaceAll(`${about.folder}/`, "");
  const home = homedir();
  if (dirname(home) !== home) result = result.replaceAll(`${home}/`, "~/");
  result = result.replace(HOME, "~");
  if (!about.source) result = result.replace(PLACE, "…/$1").replace(WINDOWS_PLACE, "…\\$1");
  for (const [pattern, instead] of SECRETS) result = result.replace(pattern, instead);
  return result;
}

/**
 * The same for every text in a value; bytes in base64 are left as they are.
 *
 * @example privateValue(output.data, { folder, source: false })
 */
export function privateValue<T>(value: T, about: { folder: string; source: boolean }): T {
  if (typeof value === "string") return privateText(value, about) as T;
  if (Array.isArray(value)) return value.map((item) => privateValue(item as unknown, about)) as T;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const result = Object.create(Object.getPrototypeOf(value) as object | null) as T;
  for (const [key, item] of Object.entries(value)) {
    const picture = /^(image|audio|video|font)\/(?!svg)/.test(key);
    (result as Record<string, unknown>)[key] = picture
      ? item
      : privateValue(item as unknown, about);
  }
  return result;
}
