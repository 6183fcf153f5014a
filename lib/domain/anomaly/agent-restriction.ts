/** What an anomaly can put on an agent for a while, the strictest last. */
export const RESTRICTION_MODES = ['approval', 'pause'] as const;
export type RestrictionMode = (typeof RESTRICTION_MODES)[number];

/** A restriction that nobody has lifted. It is over by the clock, whether or not a newer configuration says so. */
export interface ActiveRestriction {
  readonly id: string;
  readonly agentId: string;
  readonly mode: RestrictionMode;
  /** Both null for everything the agent does; an approval can be for one tool. */
  readonly serverId: string | null;
  readonly tool: string | null;
  readonly untilMs: number;
}

/** The restriction of this mode that lasts longest for what an agent is about to do, or null. `tools` are all that would run. */
export function restrictionOf(
  active: readonly ActiveRestriction[],
  mode: RestrictionMode,
  subject: { readonly agentId: string; readonly serverId: string; readonly tools: readonly string[] },
  nowMs: number,
): ActiveRestriction | null {
  let longest: ActiveRestriction | null = null;
  for (const one of active) {
    if (one.mode !== mode || one.agentId !== subject.agentId || one.untilMs <= nowMs) continue;
    if (one.tool !== null && (one.serverId !== subject.serverId || !subject.tools.includes(one.tool))) continue;
    if (longest === null || one.untilMs > longest.untilMs) longest = one;
  }
  return longest;
}
