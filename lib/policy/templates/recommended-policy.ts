import { CATEGORIES, type Category } from '@/lib/domain/risk';
import { type ClassifiedTool, dispatchOf, isRisky, listableTools, objectOf } from './classified-tool';

const HEADINGS: Readonly<Record<Category, string>> = {
  read: 'Reading is allowed.',
  write: 'Changes are allowed, at most 60 an hour for each grant; risky ones wait for a person.',
  execute: 'Running things waits for a person: what they do depends on what they are given.',
  destructive: 'Removing things is refused. Change "deny" to "approve" for those a person may let through.',
  financial: 'Moving money waits for a person, who sees the arguments.',
};

const APPROVAL = '"approval": { "approvers": ["role:approver"], "count": 1, "expires": "10m", "reuse": "once" }';
const WRITE_LIMIT =
  '"limits": [{ "counter": "writes", "window": "hour", "max": 60, "scope": "grant", "on_deny": "too many changes in this hour" }]';

/**
 * A least-privilege policy for a server's tools, as JSONC of the policy language: default deny, every tool listed under
 * its category with the least that is still of use. Deterministic: the order of the tools given does not matter, and
 * of a name given twice the riskier entry counts. Dispatchers keep their `dispatch`, so the inner tool is decided too.
 * A name that the policy would read as a pattern (a server could call a tool "*") is left out, and so stays refused.
 */
export function recommendedPolicy(tools: readonly ClassifiedTool[]): string {
  const listed = listableTools(tools);
  const blocks = CATEGORIES.flatMap((category) => {
    const members = listed.filter((tool) => tool.category === category);
    if (members.length === 0) return [];
    return [[`    // ${HEADINGS[category]}`, ...members.map((tool) => `    ${JSON.stringify(tool.name)}: ${ruleOf(tool)},`)].join('\n')];
  });
  return [
    '{',
    '  // A starting point: the least each tool needs, judged by its definition. Read it before publishing.',
    '  "$schema": "/schemas/policy-v1.json",',
    '  "version": "1",',
    '  "description": "Recommended from the tools\' definitions",',
    '  // A tool that is not listed here, or that the server adds later, is refused.',
    '  "default": "deny",',
    blocks.length === 0 ? '  "tools": {}' : `  "tools": {\n${blocks.join('\n\n').replace(/,$/, '')}\n  }`,
    '}',
    '',
  ].join('\n');
}

function ruleOf(tool: ClassifiedTool): string {
  const dispatch = dispatchOf(tool);
  switch (tool.category) {
    case 'read':
      return objectOf(dispatch);
    case 'write':
      return objectOf(WRITE_LIMIT, isRisky(tool) ? APPROVAL : null, dispatch);
    case 'execute':
    case 'financial':
      return objectOf('"action": "approve"', APPROVAL, dispatch);
    case 'destructive':
      return objectOf('"action": "deny"', '"reason": "removes things for good; ask a person to do it"', dispatch);
  }
}
