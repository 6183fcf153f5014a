import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import { CATEGORIES, type Category, RISK_LEVELS } from '@/lib/domain/risk';
import { isOpaque } from '../dispatcher';
import type { Condition, PolicyDocument, RuleBlock } from '../document';
import { isGlob } from '../glob';
import { pointerTo } from '../problem';
import { ToolRules } from '../tool-rules';
import { explainBlock } from './explain-block';
import { looksAtClock } from './explain-condition';
import { explainTargets } from './explain-targets';
import type { Explanation, ExplanationSection, Sentence } from './explanation';
import { toolNameWords } from './tool-name-words';
import { CATEGORY_WORDS, countWords } from './words';

/**
 * The policy in plain sentences, from its normal form by templates: two texts that decide alike in what the language shows
 * read alike. With a catalogue, tools carry their risk and what is not listed is counted.
 */
export function explainPolicy(document: PolicyDocument, catalogue: Catalogue | null): Explanation {
  const tools = catalogue === null ? null : toolsByRule(document, catalogue);
  return {
    sections: [
      { title: 'The policy as a whole', pointer: '', sentences: wholeSentences(document, tools) },
      ...everyTool(document),
      ...byRiskClass(document, tools),
      ...listedTools(document, catalogue, tools),
      ...explainTargets(document),
    ],
  };
}

/** How many tools of the catalogue each block decides, by the block's pointer; hidden ones apart. */
type ToolCounts = ReadonlyMap<string, number>;
const HIDDEN = '(hidden)';

function toolsByRule(document: PolicyDocument, catalogue: Catalogue): ToolCounts {
  const rules = new ToolRules(document);
  const counts = new Map<string, number>();
  for (const tool of catalogue.values()) {
    const key = rules.isHidden(tool.name) ? HIDDEN : rules.resolve(tool.name, categoryOf(tool)).pointer;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function categoryOf(tool: CatalogueTool): Category {
  return isOpaque(tool) ? 'execute' : tool.category;
}

function wholeSentences(document: PolicyDocument, tools: ToolCounts | null): readonly Sentence[] {
  const sentences: Sentence[] = [];
  const allows = document.default === 'allow';
  sentences.push({ text: `Everything not listed is ${allows ? 'allowed' : 'denied'}.`, pointer: '/default' });
  const unlisted = tools?.get(allows ? '(default allow)' : '(default deny)') ?? 0;
  if (unlisted > 0)
    sentences.push({
      text: `${countWords(unlisted, 'tool is', 'tools are')} ${allows ? 'allowed' : 'denied'} by default.`,
      pointer: '/default',
    });
  if (document.mode === 'observe')
    sentences.push({ text: 'Only observed: what the policy decides is recorded, and every call passes.', pointer: '/mode' });
  if (document.hide.length > 0) sentences.push({ text: hiddenWords(document, tools), pointer: '/hide' });
  const conditions = conditionsOf(document);
  if (document.timezone !== 'UTC' || conditions.some(looksAtClock))
    sentences.push({ text: `Hours and weekdays are those of ${document.timezone} unless a rule says otherwise.`, pointer: '/timezone' });
  if (conditions.length > 0)
    sentences.push({
      text: 'Where a value that a rule needs is missing or of the wrong kind, the rule decides against the call.',
      pointer: '',
    });
  return sentences;
}

function hiddenWords(document: PolicyDocument, tools: ToolCounts | null): string {
  const count = tools?.get(HIDDEN) ?? 0;
  const all = document.hide.includes('*');
  const names = all ? 'every tool' : document.hide.map((name) => toolNameWords(name).replace(/^Tools/, 'tools')).join(', ');
  const counted = all || tools === null || !document.hide.some(isGlob) ? '' : ` (${countWords(count, 'tool')} today)`;
  return `Hidden from agents and refused as unknown: ${names}${counted}.`;
}

function everyTool({ all_tools: all, mode }: PolicyDocument): readonly ExplanationSection[] {
  if (all === null) return [];
  const sentences = explainBlock(all, '/all_tools', 'all_tools', mode);
  return sentences.length === 0 ? [] : [{ title: 'Every tool', pointer: '/all_tools', sentences }];
}

function byRiskClass(document: PolicyDocument, tools: ToolCounts | null): readonly ExplanationSection[] {
  return CATEGORIES.flatMap((category) => {
    const block = document.risk[category];
    if (block === undefined) return [];
    const pointer = pointerTo('/risk', category);
    return [
      {
        title: `${CATEGORY_WORDS[category]} tools that are not listed`,
        pointer,
        sentences: [...explainBlock(block, pointer, 'tool', document.mode), ...appliesTo(pointer, tools)],
      },
    ];
  });
}

function listedTools(document: PolicyDocument, catalogue: Catalogue | null, tools: ToolCounts | null): readonly ExplanationSection[] {
  const names = Object.keys(document.tools);
  const riskOf = (name: string) => catalogue?.get(name)?.risk;
  const rank = (name: string) => {
    const risk = riskOf(name);
    return risk === undefined ? -1 : RISK_LEVELS.indexOf(risk);
  };
  const byText = (a: string, b: string) => (a < b ? -1 : 1);
  const exact = names.filter((name) => !isGlob(name)).sort((a, b) => rank(b) - rank(a) || byText(a, b));
  const globs = names.filter(isGlob).sort((a, b) => b.length - a.length || byText(a, b));
  const section = (name: string, block: RuleBlock): ExplanationSection => {
    const pointer = pointerTo('/tools', name);
    const risk = riskOf(name);
    const glob = isGlob(name);
    return {
      title: toolNameWords(name),
      pointer,
      ...(risk === undefined ? {} : { risk }),
      sentences: [...explainBlock(block, pointer, 'tool', document.mode), ...(glob ? appliesTo(pointer, tools) : [])],
    };
  };
  return [...exact, ...globs].flatMap((name) => {
    const block = document.tools[name];
    return block === undefined ? [] : [section(name, block)];
  });
}

function appliesTo(pointer: string, tools: ToolCounts | null): readonly Sentence[] {
  if (tools === null) return [];
  const count = tools.get(pointer) ?? 0;
  return [{ text: count === 0 ? 'No tool of this server today.' : `This applies to ${countWords(count, 'tool')} today.`, pointer }];
}

/** Every condition of a policy, wherever it stands. */
export function conditionsOf(document: PolicyDocument): readonly Condition[] {
  const blocks = [document.all_tools, ...Object.values(document.risk), ...Object.values(document.tools)].filter((block) => block != null);
  return blocks.flatMap((block) => [
    ...block.require.flatMap((rule) => rule.conditions),
    ...block.deny_if.flatMap((rule) => rule.conditions),
    ...(block.approval?.when ?? []),
  ]);
}
