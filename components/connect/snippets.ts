/** What a client needs to reach a server through this gateway. */
export interface ConnectionFacts {
  /** Becomes the name of the server in the client. */
  slug: string;
  gatewayUrl: string;
  /** null: the token is not known here any more, so the snippet reads it from the environment. */
  token: string | null;
}

export interface ClientSnippet {
  id: 'claude-code' | 'cursor' | 'vscode' | 'curl';
  client: string;
  /** Where the text goes: a shell, or a file with its place. */
  where: string;
  /** Spoken by the copy button. */
  label: string;
  note: string;
  text: (facts: ConnectionFacts) => string;
}

export const TOKEN_VARIABLE = 'CALLGATE_TOKEN';

const json = (value: unknown) => JSON.stringify(value, null, 2);
const single = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * How each client wants it, checked against the clients' documents of 2026-11. The keys differ, and a wrong one is
 * ignored without a word: VS Code reads `servers`, the others `mcpServers`; Cursor takes no `type`.
 */
export const CLIENT_SNIPPETS: readonly ClientSnippet[] = [
  {
    id: 'claude-code',
    client: 'Claude Code',
    where: 'Terminal, in the project',
    label: 'Claude Code command',
    note: 'Then run /mcp in Claude Code; the server shows as connected.',
    text: ({ slug, gatewayUrl, token }) =>
      `claude mcp add --transport http ${slug} ${single(gatewayUrl)} --header ${token === null ? `"Authorization: Bearer $${TOKEN_VARIABLE}"` : single(`Authorization: Bearer ${token}`)}`,
  },
  {
    id: 'cursor',
    client: 'Cursor',
    where: '~/.cursor/mcp.json (Windows: %USERPROFILE%\\.cursor\\mcp.json)',
    label: 'Cursor configuration',
    note: 'Add the entry under "mcpServers" when the file exists, then look at Settings, MCP.',
    text: ({ slug, gatewayUrl, token }) =>
      json({ mcpServers: { [slug]: { url: gatewayUrl, headers: { Authorization: `Bearer ${token ?? `\${env:${TOKEN_VARIABLE}}`}` } } } }),
  },
  {
    id: 'vscode',
    client: 'VS Code',
    where: '.vscode/mcp.json in the workspace',
    label: 'VS Code configuration',
    note: 'The key is "servers" here, not "mcpServers". VS Code asks for the token once and keeps it in its secret store.',
    text: ({ slug, gatewayUrl, token }) =>
      json({
        ...(token === null
          ? { inputs: [{ type: 'promptString', id: 'callgate-token', description: `Callgate token for ${slug}`, password: true }] }
          : {}),
        servers: { [slug]: { type: 'http', url: gatewayUrl, headers: { Authorization: `Bearer ${token ?? '${input:callgate-token}'}` } } },
      }),
  },
  {
    id: 'curl',
    client: 'curl',
    where: 'Terminal',
    label: 'curl command',
    note: 'Answers with the name of the server behind the gateway when the token is right.',
    text: ({ gatewayUrl, token }) =>
      [
        `curl -sS ${single(gatewayUrl)} \\`,
        `  -H ${token === null ? `"Authorization: Bearer $${TOKEN_VARIABLE}"` : single(`Authorization: Bearer ${token}`)} \\`,
        "  -H 'Content-Type: application/json' \\",
        "  -H 'Accept: application/json, text/event-stream' \\",
        `  -d '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"curl","version":"1"}}}'`,
      ].join('\n'),
  },
];
