/** `input_request`: the kernel asks, on the stdin channel, the client that runs the cell. */
export interface InputRequest {
  prompt: string;
  /** Whether what is typed must not show. */
  password: boolean;
}

/** `input_reply`. */
export interface InputReply {
  value: string;
}

/** Its fields, for `readFields`. */
export const INPUT_REPLY_FIELDS = { value: "text" } as const;

/** What a console sends for the end of input, Ctrl-D. */
export const END_OF_INPUT = "\u0004";
