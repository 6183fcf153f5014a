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

export const TOKEN_VARIABLE = 'CALLGATE_TOKEN';

/** The key of a server in a configuration of JSON. */
export const json = (value: unknown) => JSON.stringify(value, null, 2);

/** One word of a POSIX shell, whatever is in the text. */
export const single = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** `Authorization: Bearer …` as a word of a POSIX shell; the shell fills in a token that is not known. */
export const authorizationWord = (token: string | null) =>
  token === null ? `"Authorization: Bearer $${TOKEN_VARIABLE}"` : single(`Authorization: Bearer ${token}`);
