import { ASKING, type ClassifiedTool, dispatchOf, isRisky, listableTools, objectOf } from './classified-tool';

/**
 * By risk class: reading is free, changing is bounded, everything else waits for a person; so do tools that read or change
 * and are judged high or critical. Follows the classification, so that it also fits tools that the server adds later.
 */
export function askOnRisky(tools: readonly ClassifiedTool[], mode: 'enforce' | 'observe'): string {
  const risky = listableTools(tools).filter((tool) => (tool.category === 'read' || tool.category === 'write') && isRisky(tool));
  const asked = risky.map((tool) => `    ${JSON.stringify(tool.name)}: ${objectOf(ASKING, dispatchOf(tool))}`);
  const observing = [
    '  // Decides and records, and lets every call pass. Change it to "enforce" when the activity looks right.',
    '  "mode": "observe",',
  ];
  return [
    '{',
    '  "$schema": "/schemas/policy-v1.json",',
    '  "version": "1",',
    ...(mode === 'observe' ? observing : []),
    '  // What nobody has classified is denied.',
    '  "default": "deny",',
    '  "risk": {',
    '    // Reading is free.',
    '    "read": {},',
    '    // Changing is allowed, so often that a loop is noticed before it does much.',
    '    "write": { "rate_limit": "60/hour" },',
    '    // What runs, removes or pays waits for a person, who sees the arguments.',
    `    "execute": ${objectOf(ASKING)},`,
    `    "destructive": ${objectOf(ASKING)},`,
    `    "financial": ${objectOf(ASKING)}`,
    '  },',
    ...(asked.length === 0
      ? ['  "tools": {}']
      : ['  "tools": {', '    // They read or change, and are judged high or critical all the same.', asked.join(',\n'), '  }']),
    '}',
    '',
  ].join('\n');
}
