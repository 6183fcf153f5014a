import type { Catalogue } from '@/lib/domain/decision';
import { isOpaque } from '../dispatcher';
import type { PolicyDocument } from '../document';
import { ToolRules } from '../tool-rules';
import type { Explanation } from './explanation';

/** The part of an explanation that concerns one tool: the policy as a whole, every tool, and the one block that decides it. */
export function explanationOf(explanation: Explanation, document: PolicyDocument, tool: string, catalogue: Catalogue): Explanation {
  const known = catalogue.get(tool);
  const category = isOpaque(known) ? 'execute' : known?.category;
  const { pointer } = new ToolRules(document).resolve(tool, category);
  const wanted = new Set(['', '/all_tools', pointer]);
  return { sections: explanation.sections.filter((section) => wanted.has(section.pointer)) };
}
