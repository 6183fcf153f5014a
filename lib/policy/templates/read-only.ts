import { type ClassifiedTool, isRisky, listableTools } from './classified-tool';

/** Tools that only read are allowed, but for those whose reading is risky in itself, such as secrets. */
export function readOnly(tools: readonly ClassifiedTool[]): string {
  const risky = listableTools(tools).filter((tool) => tool.category === 'read' && isRisky(tool));
  const denied = risky.map((tool) => `    ${JSON.stringify(tool.name)}: { "action": "deny", "reason": "what it reads is sensitive" }`);
  return [
    '{',
    '  "$schema": "/schemas/policy-v1.json",',
    '  "version": "1",',
    '  // What is not named here is denied: everything that changes, runs, removes or pays, and what nobody has classified.',
    '  "default": "deny",',
    '  "risk": {',
    '    // Every tool that only reads, also those that the server adds later.',
    '    "read": {}',
    '  },',
    ...(denied.length === 0
      ? ['  "tools": {}']
      : [
          '  "tools": {',
          '    // They only read, and what they read is judged risky. Remove a line to allow it.',
          denied.join(',\n'),
          '  }',
        ]),
    '}',
    '',
  ].join('\n');
}
