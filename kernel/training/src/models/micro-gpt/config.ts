import { OptionInvalid } from "../../errors/options.js";
import { integerOption, namedOptions, numberOption } from "../../options.js";

/** The shape of a MicroGPT, a GPT-2 style decoder without biases. */
export interface MicroGptConfig {
  /** Transformer blocks. */
  layers: number;
  /** Attention heads in each block; divides `embed`. */
  heads: number;
  /** Width of the residual stream. */
  embed: number;
  /** Tokens that one forward pass sees. */
  block: number;
  /** Share of values dropped while training, in [0, 1). */
  dropout: number;
}

/** A model as a session is asked for it: its kind and configuration, no weights. */
export interface ModelDescription {
  kind: string;
  config: Record<string, number>;
}

export type MicroGptSize = "small" | "medium" | "large";

const sizes: Record<MicroGptSize, MicroGptConfig> = {
  small: { layers: 4, heads: 4, embed: 128, block: 64, dropout: 0 },
  medium: { layers: 6, heads: 6, embed: 192, block: 128, dropout: 0 },
  large: { layers: 6, heads: 6, embed: 384, block: 128, dropout: 0 },
};

/**
 * Describes a MicroGPT. Without options it is "small": about 0.8 M parameters.
 *
 * @throws OptionInvalid naming the option and what it may be.
 * @example
 * microGPT({ layers: 4, heads: 4, embed: 128, block: 64, dropout: 0 });
 * microGPT("small");
 */
export function microGPT(
  options: MicroGptSize | Partial<MicroGptConfig> = "small",
): ModelDescription {
  if (typeof options !== "string")
    return { kind: "micro-gpt", config: { ...checkMicroGpt(options) } };
  const config = Object.hasOwn(sizes, options) ? sizes[options] : undefined;
  if (!config)
    throw new OptionInvalid("microGPT", "size", options, `one of ${Object.keys(sizes).join(", ")}`);
  return { kind: "micro-gpt", config: { ...config } };
}

/** Checks a MicroGPT configuration and fills in what was left out with the small one's values. */
export function checkMicroGpt(given: unknown): MicroGptConfig {
  const options = namedOptions("microGPT", given, ["layers", "heads", "embed", "block", "dropout"]);
  const config: MicroGptConfig = {
    layers: integerOption("microGPT", options, "layers", sizes.small.layers, 1, 96),
    heads: integerOption("microGPT", options, "heads", sizes.small.heads, 1, 96),
    embed: integerOption("microGPT", options, "embed", sizes.small.embed, 1, 8192),
    block: integerOption("microGPT", options, "block", sizes.small.block, 1, 8192),
    dropout: numberOption(
      "microGPT",
      options,
      "dropout",
      0,
      (x) => x >= 0 && x < 1,
      "at least 0 and below 1",
    ),
  };
  if (config.embed % config.heads !== 0) {
    const wanted = `a multiple of heads (${config.heads})`;
    throw new OptionInvalid("microGPT", "embed", config.embed, wanted);
  }
  return config;
}
