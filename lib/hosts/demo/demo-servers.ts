import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface DemoServer {
  readonly slug: string;
  readonly name: string;
  readonly connection: { transport: 'http'; url: string } | { transport: 'stdio'; command: string; args: string[] };
}

/** The servers of the demo: bundled ones over stdio and HTTP, and two reference servers where they are installed. */
export function demoServers(root: string, dataDir: string, httpPort: number): DemoServer[] {
  const http = (name: string) => ({ transport: 'http' as const, url: `http://127.0.0.1:${httpPort}/${name}/mcp` });
  const stdio = (script: string, ...args: string[]) => ({
    transport: 'stdio' as const,
    command: process.execPath,
    args: [script, ...args],
  });
  const bundled = (name: string) => stdio(path.join(root, 'scripts/demo/upstreams', `${name}.mjs`));
  const servers: DemoServer[] = [
    { slug: 'payments', name: 'Payments', connection: bundled('payments') },
    { slug: 'desk', name: 'Support desk', connection: http('desk') },
    { slug: 'code', name: 'Code host', connection: http('code') },
    { slug: 'bridge', name: 'Tool bridge', connection: bundled('bridge') },
    { slug: 'office', name: 'Office suite', connection: http('office') },
    { slug: 'warehouse', name: 'Data warehouse', connection: http('warehouse') },
  ];
  const reference = (name: string) => path.join(root, 'node_modules/@modelcontextprotocol', name, 'dist/index.js');
  if (existsSync(reference('server-filesystem'))) {
    servers.push({ slug: 'files', name: 'Team notes', connection: stdio(reference('server-filesystem'), notesFolder(dataDir)) });
  }
  if (existsSync(reference('server-everything'))) {
    servers.push({ slug: 'everything', name: 'Reference server', connection: stdio(reference('server-everything'), 'stdio') });
  }
  return servers;
}

/** The folder the file server may touch, with something to read in it. */
export function notesFolder(dataDir: string): string {
  const folder = path.join(dataDir, 'notes');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of NOTES) {
    const file = path.join(folder, name);
    if (!existsSync(file)) writeFileSync(file, content);
  }
  return folder;
}

const NOTES = [
  ['welcome.md', '# Welcome\n\nNotes of the team.\n'],
  ['refunds.md', '# Refunds\n\nUp to 500 EUR by the support bot, above by a person.\n'],
  ['on-call.md', '# On call\n\nWeek 47: Bo. Week 48: Dana.\n'],
] as const;
