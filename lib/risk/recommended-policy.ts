import { CATEGORIES, type Category, type DispatchShape, type RiskLevel } from '@/lib/domain/risk';

/** A classified tool, as far as a recommendation needs it. */
export interface ClassifiedTool {
  readonly name: string;
  readonly category: Category;
  readonly risk: RiskLevel;
  readonly dispatch?: DispatchShape;
}

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
  const listed = riskiestByName(tools);
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
      return object(dispatch);
    case 'write':
      return object(WRITE_LIMIT, isRisky(tool) ? APPROVAL : null, dispatch);
    case 'execute':
    case 'financial':
      return object('"action": "approve"', APPROVAL, dispatch);
    case 'destructive':
      return object('"action": "deny"', '"reason": "removes things for good; ask a person to do it"', dispatch);
  }
}

/** Names that stand for themselves in a policy and are safe to show in its text. */
const LISTABLE = /^[A-Za-z0-9_./:-]{1,256}$/;

const isRisky = (tool: ClassifiedTool): boolean => tool.risk === 'high' || tool.risk === 'critical';

/** An opaque dispatcher (it runs code) has no inner name to point at: what registration detected goes on to count. */
function dispatchOf({ dispatch }: ClassifiedTool): string | null {
  if (dispatch === undefined || dispatch.opaque === true) return null;
  const inner = dispatch.arguments === null ? '' : `, "arguments": ${JSON.stringify(dispatch.arguments)}`;
  return `"dispatch": { "tool": ${JSON.stringify(dispatch.tool)}${inner} }`;
}

function object(...members: readonly (string | null)[]): string {
  const present = members.filter((member) => member !== null);
  return present.length === 0 ? '{}' : `{ ${present.join(', ')} }`;
}

function riskiestByName(tools: readonly ClassifiedTool[]): ClassifiedTool[] {
  const byName = new Map<string, ClassifiedTool>();
  for (const tool of tools) {
    if (!LISTABLE.test(tool.name) || tool.name === '__proto__') continue;
    const known = byName.get(tool.name);
    if (known === undefined || CATEGORIES.indexOf(tool.category) > CATEGORIES.indexOf(known.category)) byName.set(tool.name, tool);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
