import { authorizationWord, single, TOKEN_VARIABLE } from '@/components/shared/shell-words';
import { type ClientSnippet, json } from './client-snippet';

/** A string of TOML; JSON escapes are a subset of its basic strings. */
const toml = (text: string) => JSON.stringify(text);

/**
 * Clients that speak HTTP themselves. The keys differ, and a wrong one is ignored without a word: VS Code reads `servers`,
 * Windsurf `serverUrl`, Gemini CLI `httpUrl`, Codex TOML; Cursor takes no `type`.
 */
export const HTTP_CLIENTS: readonly ClientSnippet[] = [
  {
    id: 'claude-code',
    client: 'Claude Code',
    where: 'Terminal, in the project',
    label: 'Claude Code command',
    format: 'shell',
    note: 'Then run /mcp in Claude Code; the server shows as connected.',
    text: ({ slug, gatewayUrl, token }) =>
      `claude mcp add --transport http ${slug} ${single(gatewayUrl)} --header ${authorizationWord(token)}`,
  },
  {
    id: 'cursor',
    client: 'Cursor',
    where: '~/.cursor/mcp.json (Windows: %USERPROFILE%\\.cursor\\mcp.json)',
    label: 'Cursor configuration',
    format: 'json',
    note: 'Add the entry under "mcpServers" when the file exists, then look at Settings, MCP.',
    text: ({ slug, gatewayUrl, token }) =>
      json({ mcpServers: { [slug]: { url: gatewayUrl, headers: { Authorization: `Bearer ${token ?? `\${env:${TOKEN_VARIABLE}}`}` } } } }),
  },
  {
    id: 'vscode',
    client: 'VS Code',
    where: '.vscode/mcp.json in the workspace',
    label: 'VS Code configuration',
    format: 'json',
    note: 'The key is "servers" here, not "mcpServers". VS Code asks for the token once and keeps it in its secret store.',
    text: ({ slug, gatewayUrl, token }) =>
      json({
        ...(token === null
          ? { inputs: [{ type: 'promptString', id: 'callgate-token', description: `Callgate token for ${slug}`, password: true }] }
          : {}),
        servers: { [slug]: { type: 'http', url: gatewayUrl, headers: { Authorization: `Bearer ${token ?? `\${input:callgate-token}`}` } } },
      }),
  },
  {
    id: 'windsurf',
    client: 'Windsurf',
    where: '~/.codeium/windsurf/mcp_config.json',
    label: 'Windsurf configuration',
    format: 'json',
    note: 'The address is "serverUrl" here, not "url". Press Refresh in the MCP panel of Cascade afterwards.',
    text: ({ slug, gatewayUrl, token }) =>
      json({
        mcpServers: { [slug]: { serverUrl: gatewayUrl, headers: { Authorization: `Bearer ${token ?? `\${env:${TOKEN_VARIABLE}}`}` } } },
      }),
  },
  {
    id: 'codex',
    client: 'Codex',
    where: '~/.codex/config.toml',
    label: 'Codex configuration',
    format: 'toml',
    note: `Codex reads the token from the variable that the entry names; start it from a shell that has ${TOKEN_VARIABLE}.`,
    text: ({ slug, gatewayUrl, token }) =>
      [
        `[mcp_servers.${toml(slug)}]`,
        `url = ${toml(gatewayUrl)}`,
        token === null
          ? `bearer_token_env_var = ${toml(TOKEN_VARIABLE)}`
          : `http_headers = { "Authorization" = ${toml(`Bearer ${token}`)} }`,
      ].join('\n'),
  },
  {
    id: 'gemini',
    client: 'Gemini CLI',
    where: '~/.gemini/settings.json',
    label: 'Gemini CLI configuration',
    format: 'json',
    note: 'The address is "httpUrl" here; "url" would speak the older HTTP+SSE. Run /mcp in Gemini CLI to see the tools.',
    text: ({ slug, gatewayUrl, token }) =>
      json({
        mcpServers: { [slug]: { httpUrl: gatewayUrl, headers: { Authorization: `Bearer ${token ?? `\${${TOKEN_VARIABLE}}`}` } } },
      }),
  },
];

/** Stands for the token in a file that cannot refer to a variable. */
export const TOKEN_PLACEHOLDER = 'PASTE-THE-TOKEN-HERE';

/** Where the bridge is on the machine of the client. */
export const BRIDGE_PLACEHOLDER = '/path/to/callgate/scripts/stdio/callgate-stdio.mjs';

/** Clients that only launch commands: the bridge on their machine speaks HTTP for them. */
export const COMMAND_CLIENTS: readonly ClientSnippet[] = [
  {
    id: 'claude-desktop',
    client: 'Claude Desktop',
    where: '~/Library/Application Support/Claude/claude_desktop_config.json (Windows: %APPDATA%\\Claude\\claude_desktop_config.json)',
    label: 'Claude Desktop configuration',
    format: 'json',
    note: 'This file takes no URL, so a small bridge runs on the machine and passes everything on unchanged. Copy the folder scripts/stdio of Callgate there and put in its path; it needs Node and nothing else. Quit and start Claude Desktop afterwards.',
    text: ({ slug, gatewayUrl, token }) =>
      json({
        mcpServers: {
          [slug]: {
            command: 'node',
            args: [BRIDGE_PLACEHOLDER],
            env: { CALLGATE_URL: gatewayUrl, [TOKEN_VARIABLE]: token ?? TOKEN_PLACEHOLDER },
          },
        },
      }),
  },
];
