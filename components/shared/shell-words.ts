/** Where a shell finds a token that is not to be written down. */
export const TOKEN_VARIABLE = 'CALLGATE_TOKEN';

/** One word of a POSIX shell, whatever is in the text. */
export const single = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** `Authorization: Bearer …` as a word of a POSIX shell; the shell fills in a token that is not known. */
export const authorizationWord = (token: string | null) =>
  token === null ? `"Authorization: Bearer $${TOKEN_VARIABLE}"` : single(`Authorization: Bearer ${token}`);

/** The command that posts a JSON-RPC message to the gateway. */
export const curlCommand = (gatewayUrl: string, token: string | null, message: object) =>
  [
    `curl -sS ${single(gatewayUrl)} \\`,
    `  -H ${authorizationWord(token)} \\`,
    "  -H 'Content-Type: application/json' \\",
    "  -H 'Accept: application/json, text/event-stream' \\",
    `  -d ${single(JSON.stringify(message))}`,
  ].join('\n');
