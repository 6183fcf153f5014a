import type { AuditDetail } from '@/components/shared/api/wire';
import { curlCommand, single, TOKEN_VARIABLE } from '@/components/shared/shell-words';

type Call = Pick<AuditDetail, 'method' | 'server' | 'tool' | 'target' | 'arguments'>;

/**
 * A command that makes the call again with the token in `CALLGATE_TOKEN`; null for what is no call of a known server. What the reader was not shown
 * is left empty, and the command says so.
 */
export function callAsCurl(call: Call, publicUrl: string): string | null {
  const params = paramsOf(call);
  if (call.server === null || params === null) return null;
  const command = curlCommand(`${publicUrl}/mcp/${call.server}`, null, { jsonrpc: '2.0', id: 1, method: call.method, params });
  const notes = [
    `${TOKEN_VARIABLE} has to hold the token of a grant.`,
    ...(call.arguments.shown ? [] : ['The arguments are not known here: fill them in.']),
  ];
  // Some shells take no comments where people type; all of them know the command that does nothing.
  return [...notes.map((note) => `: ${single(note)}`), command].join('\n');
}

function paramsOf({ method, tool, target, arguments: args }: Call): object | null {
  const known = args.shown ? args.value : {};
  if (method === 'tools/call' && tool !== null) return { name: tool, arguments: known };
  if (method === 'prompts/get' && target !== null) return { name: target, arguments: known };
  return method === 'resources/read' && target !== null ? { uri: target } : null;
}
