/** What was noticed in an answer of a server on its way to the client; the audit trail carries it with the outcome. */
export const RESULT_FLAGS = ['too_large', 'secret', 'control', 'hidden_text', 'link', 'schema', 'server_request'] as const;
export type ResultFlag = (typeof RESULT_FLAGS)[number];

/** In words for people. */
export const RESULT_FLAG_WORDS: Readonly<Record<ResultFlag, string>> = {
  too_large: 'larger than allowed, withheld',
  secret: 'held a secret of this gateway, taken out',
  control: 'control characters',
  hidden_text: 'hidden characters',
  link: 'links',
  schema: 'does not follow its output schema',
  server_request: 'the server asked for something that the policy denies',
};

/** An answer may be so large unless the policy says otherwise. */
export const RESULT_BYTES_DEFAULT = 8 * 1024 * 1024;
/** No policy allows more: connections to servers end there. */
export const RESULT_BYTES_MAX = 16 * 1024 * 1024;

/** What a policy says of answers, with every default written out. */
export interface ResultRules {
  readonly max_bytes: number;
  readonly control: 'strip' | 'show' | 'pass';
  readonly schema: 'off' | 'flag' | 'block';
}

export const PLAIN_RESULTS: ResultRules = { max_bytes: RESULT_BYTES_DEFAULT, control: 'pass', schema: 'off' };
