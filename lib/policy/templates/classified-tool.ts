import { CATEGORIES, type Category, type DispatchShape, type RiskLevel } from '@/lib/domain/risk';

/** A classified tool, as far as a template needs it. */
export interface ClassifiedTool {
  readonly name: string;
  readonly category: Category;
  readonly risk: RiskLevel;
  readonly dispatch?: DispatchShape | null;
}

/** Names that stand for themselves in a policy and are safe to show in its text. */
const LISTABLE = /^[A-Za-z0-9_./:-]{1,200}$/;

/** By name, of a name given twice the riskier entry. A name that a policy would read as a pattern is left out, and so stays refused. */
export function listableTools(tools: readonly ClassifiedTool[]): ClassifiedTool[] {
  const byName = new Map<string, ClassifiedTool>();
  for (const tool of tools) {
    if (!LISTABLE.test(tool.name) || tool.name === '__proto__') continue;
    const known = byName.get(tool.name);
    if (known === undefined || CATEGORIES.indexOf(tool.category) > CATEGORIES.indexOf(known.category)) byName.set(tool.name, tool);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The members of a block that ask a person. */
export const ASKING = '"action": "approve", "approval": { "approvers": ["role:approver"], "count": 1, "expires": "10m", "reuse": "once" }';

/** `"dispatch": …` of a tool that runs others; null for other tools, and for those that run what cannot be read: detection goes on to count. */
export function dispatchOf({ dispatch }: ClassifiedTool): string | null {
  if (dispatch === undefined || dispatch === null || dispatch.opaque === true) return null;
  const inner = dispatch.arguments === null ? '' : `, "arguments": ${JSON.stringify(dispatch.arguments)}`;
  return `"dispatch": { "tool": ${JSON.stringify(dispatch.tool)}${inner} }`;
}

/** One object on a line from the members that are there. */
export function objectOf(...members: readonly (string | null)[]): string {
  const present = members.filter((member) => member !== null);
  return present.length === 0 ? '{}' : `{ ${present.join(', ')} }`;
}

export const isRisky = (tool: ClassifiedTool): boolean => tool.risk === 'high' || tool.risk === 'critical';
