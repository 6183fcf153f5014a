/** Who has to act for the same call to succeed. */
export type ReasonOwner = 'agent' | 'policy' | 'operator' | 'upstream';

export interface ReasonFacts {
  readonly owner: ReasonOwner;
  /** How the refusal looks on the wire; `tool_result` is HTTP 200 with `isError: true`. */
  readonly wire: 'tool_result' | 'unknown_tool' | 'invalid_params' | 'http' | 'passes';
  readonly http: number;
  /** JSON-RPC code, when the answer is a JSON-RPC error. */
  readonly rpc?: number;
  readonly retry: 'never' | 'later' | 'after_change';
  /** The public sentence; says what and what to do, never a secret and never the caller's own text. */
  readonly words: string;
}

/** A table of reasons that keeps their names. */
export const define = <K extends string>(table: Record<K, ReasonFacts>): Record<K, ReasonFacts> => table;
