import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Contract } from '@/lib/control/define-contract';

const STYLE = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.5rem .75rem}summary{cursor:pointer}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:var(--soft);padding:.75rem;border-radius:6px;overflow:auto;max-height:28rem}b{display:inline-block;min-width:4.5rem}small{opacity:.75}`;

/** The API's reference as one page without scripts or foreign assets; made once from the contracts. */
export function docsPage(contracts: readonly Contract[]): { html: string; csp: string } {
  const groups = new Map<string, Contract[]>();
  for (const contract of contracts) {
    const group = contract.path.split('/')[1] ?? '';
    groups.set(group, [...(groups.get(group) ?? []), contract]);
  }
  const sections = [...groups].map(
    ([name, members]) => `<section><h2>${escapeHtml(name)}</h2>${members.map(operationHtml).join('')}</section>`,
  );
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Callgate management API</title><style>${STYLE}</style></head><body>
<h1>Callgate management API</h1><p><code>Authorization: Bearer &lt;management key&gt;</code>, or the console session. JSON in and out; times are ISO 8601 UTC. Servers, agents and policies are named by id or slug.
Errors are <code>{"error": {"code", "message", "details"?, "requestId"}}</code>. Writes accept <code>Idempotency-Key</code>, and updates <code>If-Match</code>. Machine-readable: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}</body></html>`;
  const styleHash = createHash('sha256').update(STYLE).digest('base64');
  return { html, csp: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'` };
}

function operationHtml(contract: Contract): string {
  const parts = [
    contract.query === null ? '' : schemaHtml('Query', contract.query, 'input'),
    contract.body === null ? '' : schemaHtml('Body', contract.body, 'input'),
    contract.status === 204 ? '' : schemaHtml(`Answer ${contract.status}`, contract.answer, 'output'),
  ];
  const permission = contract.permission === 'public' ? 'no sign-in needed' : `permission ${contract.permission}`;
  return `<details id="${escapeHtml(contract.name)}"><summary><b>${contract.method}</b> <code>/api/v1${escapeHtml(contract.path)}</code></summary><p>${escapeHtml(contract.summary)} <small>(${escapeHtml(permission)})</small></p>${parts.join('')}</details>`;
}

function schemaHtml(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return `<p><small>${title}</small></p><pre>${escapeHtml(JSON.stringify(json, null, 2))}</pre>`;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
