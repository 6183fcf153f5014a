/** What a client needs to reach a server through this gateway. */
export interface ConnectionFacts {
  /** Becomes the name of the server in the client. */
  slug: string;
  gatewayUrl: string;
  /** null: the token is not known here, or is not to be written down; the snippet reads it from where secrets belong. */
  token: string | null;
}

export interface ClientSnippet {
  id: string;
  client: string;
  /** Where the text goes: a shell, or a file with its place. */
  where: string;
  /** Spoken by the copy button. */
  label: string;
  /** What is read: for tests, and for whoever highlights it. */
  format: 'shell' | 'json' | 'toml' | 'typescript' | 'python';
  note: string;
  text: (facts: ConnectionFacts) => string;
}

/** The key of a server in a configuration of JSON. */
export const json = (value: unknown) => JSON.stringify(value, null, 2);
