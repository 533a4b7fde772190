// How PyTorch names and lays out the tensors of our models. A kind of model has an entry here when
// it can be exported.

/** What differs between a model here and its twin in PyTorch. */
export interface TorchLayout {
  /** Whether a tensor is the weight of a `Linear`, which holds the transpose: [out, in]. */
  isLinear(name: string): boolean;
  /** The name here of a tensor of a file, or null for one that the model does not have. */
  nameOf(foreign: string): string | null;
}

// Parameters bear nanoGPT's names, which are GPT-2's with "transformer." in front.
const microGpt: TorchLayout = {
  isLinear: (name) => /\.(c_attn|c_proj|c_fc)\.weight$/.test(name),
  nameOf(foreign) {
    const plain = foreign.replace(/^(_orig_mod\.|module\.)+/, "");
    // The output is the token table again; the mask is made anew.
    if (/(^|\.)(lm_head\.weight|attn\.bias|attn\.masked_bias)$/.test(plain)) return null;
    return plain.startsWith("transformer.") ? plain : `transformer.${plain}`;
  },
};

const LAYOUTS: Readonly<Record<string, TorchLayout>> = { "micro-gpt": microGpt };

/** The layout of a kind of model, or null. @example torchLayout("micro-gpt")?.isLinear(name) */
export function torchLayout(modelKind: string): TorchLayout | null {
  return Object.hasOwn(LAYOUTS, modelKind) ? LAYOUTS[modelKind]! : null;
}

/** A matrix with rows and columns exchanged. @example transposed(values, [2, 3]) // [3, 2] */
export function transposed(
  values: Float32Array,
  [rows, columns]: readonly [number, number],
): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column]!;
    }
  }
  return turned;
}
