import { curlCommand, TOKEN_VARIABLE } from '@/components/shared/shell-words';
import type { ClientSnippet } from './client-snippet';

/** A string literal of TypeScript and of Python. */
const literal = (text: string) => JSON.stringify(text);

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'curl', version: '1' } },
};

/** For those who write their agent themselves, or want to see whether anything answers at all. */
export const CODE_CLIENTS: readonly ClientSnippet[] = [
  {
    id: 'curl',
    client: 'curl',
    where: 'Terminal',
    label: 'curl command',
    format: 'shell',
    note: 'Answers with the name of the server behind the gateway when the token is right.',
    text: ({ gatewayUrl, token }) => curlCommand(gatewayUrl, token, INITIALIZE),
  },
  {
    id: 'typescript',
    client: 'TypeScript',
    where: 'list-tools.mjs, after npm install @modelcontextprotocol/client',
    label: 'TypeScript program',
    format: 'typescript',
    note: 'Prints the names of the tools that the grant shows.',
    text: ({ gatewayUrl, token }) =>
      [
        "import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';",
        '',
        `const token = ${token === null ? `process.env.${TOKEN_VARIABLE}` : literal(token)};`,
        `const transport = new StreamableHTTPClientTransport(new URL(${literal(gatewayUrl)}), {`,
        `  requestInit: { headers: { Authorization: \`Bearer \${token}\` } },`,
        '});',
        "const client = new Client({ name: 'my-agent', version: '1.0.0' });",
        'await client.connect(transport);',
        'const { tools } = await client.listTools();',
        'console.log(tools.map((tool) => tool.name));',
        'await client.close();',
      ].join('\n'),
  },
  {
    id: 'python',
    client: 'Python',
    where: 'list_tools.py, after pip install mcp (version 2)',
    label: 'Python program',
    format: 'python',
    note: 'Prints the names of the tools. It uses version 2 of the SDK; version 1 has other names.',
    text: ({ gatewayUrl, token }) =>
      [
        'import asyncio',
        'import os',
        '',
        'import httpx2',
        'from mcp import Client',
        'from mcp.client.streamable_http import streamable_http_client',
        '',
        `TOKEN = ${token === null ? `os.environ["${TOKEN_VARIABLE}"]` : literal(token)}`,
        '',
        '',
        'async def main():',
        '    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as http:',
        `        transport = streamable_http_client(${literal(gatewayUrl)}, http_client=http)`,
        '        async with Client(transport) as client:',
        '            print([tool.name for tool in (await client.list_tools()).tools])',
        '',
        '',
        'asyncio.run(main())',
      ].join('\n'),
  },
];
