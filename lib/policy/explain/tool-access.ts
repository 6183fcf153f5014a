import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import { isOpaque } from '../dispatcher';
import { EMPTY_BLOCK, type Mode, type PolicyDocument, type RuleBlock } from '../document';
import { pointerTo } from '../problem';
import { ToolRules } from '../tool-rules';
import { countWords } from './words';

/** What a policy lets a caller do with the tools of a server, name by name. */
export interface ToolAccess {
  readonly total: number;
  /** Tools that at least some calls may use, those of which a person has to agree included. */
  readonly callable: readonly string[];
  /** Of these: a person is asked, always or under conditions. */
  readonly asks: readonly string[];
  /** Of these: a counter is charged. */
  readonly limited: readonly string[];
}

/**
 * By the rules of each tool alone, not by arguments: a callable tool can still be denied for what it is called with. What is
 * only observed refuses nothing, so it counts for nothing here.
 */
export function toolAccess(document: PolicyDocument, catalogue: Catalogue): ToolAccess {
  const rules = new ToolRules(document);
  const all = document.all_tools ?? EMPTY_BLOCK;
  const callable: string[] = [];
  const asks: string[] = [];
  const limited: string[] = [];
  for (const tool of catalogue.values()) {
    const plan = rules.resolve(tool.name, isOpaque(tool) ? 'execute' : tool.category);
    if (tool.status !== 'active' || (plan.enforced && (plan.denial !== null || rules.isHidden(tool.name)))) continue;
    const blocks = [blockOf(document, tool, plan.pointer), all];
    const counts = (rule: { readonly mode: Mode | null } | null) =>
      rule !== null && (rule.mode === null ? plan.enforced : rule.mode === 'enforce');
    callable.push(tool.name);
    if (blocks.some((block) => (block.action === 'approve' && plan.enforced) || counts(block.approval))) asks.push(tool.name);
    if (blocks.some((block) => block.limits.some(counts) || counts(block.rate_limit))) limited.push(tool.name);
  }
  return { total: catalogue.size, callable, asks, limited };
}

/** The block that a plan was made of; tools that nothing lists have none. */
function blockOf(document: PolicyDocument, tool: CatalogueTool, pointer: string): RuleBlock {
  const key = Object.keys(document.tools).find((name) => pointerTo('/tools', name) === pointer);
  if (key !== undefined) return document.tools[key] ?? EMPTY_BLOCK;
  const category = isOpaque(tool) ? 'execute' : tool.category;
  return pointer === pointerTo('/risk', category) ? (document.risk[category] ?? EMPTY_BLOCK) : EMPTY_BLOCK;
}

/** `May call 12 of 40 tools; 3 ask a person; 2 are limited.` */
export function accessWords({ total, callable, asks, limited }: ToolAccess): string {
  if (callable.length === 0) return `May call none of ${countWords(total, 'tool')}.`;
  const parts = [`May call ${callable.length} of ${countWords(total, 'tool')}`];
  if (asks.length > 0) parts.push(`${asks.length} ${asks.length === 1 ? 'asks' : 'ask'} a person`);
  if (limited.length > 0) parts.push(`${limited.length} ${limited.length === 1 ? 'is' : 'are'} limited`);
  return `${parts.join('; ')}.`;
}
