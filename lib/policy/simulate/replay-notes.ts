import type { LimitRule, PolicyDocument, RuleBlock } from '../document';

/** Every limit of a policy, wherever it stands. */
export function limitsOf(document: PolicyDocument): LimitRule[] {
  const blocks: (RuleBlock | null | undefined)[] = [document.all_tools, ...Object.values(document.risk), ...Object.values(document.tools)];
  for (const targets of [document.resources, document.prompts]) if (targets) blocks.push(targets.all, ...Object.values(targets.rules));
  blocks.push(...Object.values(document.server?.rules ?? {}));
  return blocks.flatMap((block) => (block ? [...block.limits, ...(block.rate_limit === null ? [] : [block.rate_limit])] : []));
}

/** What a result cannot know, said with the result. */
export function replayNotes(facts: {
  readonly limits: readonly LimitRule[];
  readonly warm: boolean;
  readonly againstLive: boolean;
  readonly dispatchers: boolean;
  readonly hides: boolean;
  readonly forgotCounters: boolean;
}): string[] {
  const notes = [
    'These are the calls that agents made under the policy of the time. An agent that is refused earlier, or allowed more, goes on differently.',
    'How the server would have answered a call that was refused is not known.',
    'Agents, grants and the risk classes of tools are taken as they are today.',
  ];
  if (facts.againstLive) notes.push('Compared with the live version replayed on the same calls, not with what was recorded.');
  if (facts.limits.length > 0) {
    notes.push(
      facts.warm
        ? 'Limits are an estimate: counters start with the calls recorded before the range, as far as one window of each limit reaches back (31 days at most).'
        : 'Limits are an estimate: counters start at zero at the beginning of the range.',
      'Calls that cannot be told, and calls that would wait for a person, are not counted against limits.',
    );
  }
  if (facts.forgotCounters) notes.push('There were more counters than can be kept, so some limits are underestimated.');
  if (facts.dispatchers)
    notes.push('Definitions of tools that run behind another tool are not recorded; they are taken as they are today.');
  if (facts.hides) notes.push('What is hidden is also taken out of the list that agents read. What they would use instead is not known.');
  return notes;
}
