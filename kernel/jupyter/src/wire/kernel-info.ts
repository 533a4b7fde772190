import { PROTOCOL_VERSION } from "./header.js";

/** `kernel_info_reply`. */
export interface KernelInfo {
  status: "ok";
  protocol_version: string;
  implementation: string;
  implementation_version: string;
  language_info: {
    name: string;
    version: string;
    mimetype: string;
    file_extension: string;
    pygments_lexer: string;
    codemirror_mode: { name: string; mode: string; typescript: boolean };
    nbconvert_exporter: string;
  };
  banner: string;
  debugger: boolean;
  help_links: { text: string; url: string }[];
  supported_features: string[];
}

/**
 * What a TypeScript kernel says of itself.
 *
 * @example kernelInfo({ name: "echo", version: "1.0.0" }, "Hello", "5.9.3")
 */
export function kernelInfo(
  implementation: { name: string; version: string },
  banner: string,
  typescript: string,
): KernelInfo {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: implementation.name,
    implementation_version: implementation.version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", mode: "typescript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner,
    debugger: true,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
    supported_features: ["debugger"],
  };
}
