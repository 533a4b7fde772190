/**
 * What one message or state may hold at most. Both sides are checked against these, so that a damaged or
 * hostile saved notebook cannot make the page hang or run out of memory. Lengths are UTF-16 code units.
 */
export const LIMITS = {
  /** ids of sessions, runs, models, requests */
  id: 128,
  /** names of sessions and models, short labels */
  name: 1_000,
  /** one-line sentences: summary, backend, error messages */
  sentence: 4_000,
  /** one sample's text, one text form */
  text: 1_000_000,
  /** Arrow streams in one state */
  chunks: 1_000_000,
  /** bytes of one Arrow stream */
  chunkBytes: 268_435_456,
  /** samples in one state */
  samples: 200_000,
  /** marks in one state */
  marks: 200_000,
  /** stretches of one timeline */
  stretches: 10_000,
  /** sessions that train in one kernel */
  training: 10_000,
  /** sessions in one tree */
  sessions: 100_000,
  /** runs in one history */
  runs: 100_000,
  /** settings that two sessions do not share */
  differences: 10_000,
  /** weight tensors of one comparison */
  tensors: 20_000,
  /** models in one library */
  models: 100_000,
} as const;
