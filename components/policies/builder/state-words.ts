import type { StateOutcome, ToolState } from '@/lib/policy/edit/tool-state';

const WORDS: Record<StateOutcome, string> = { allowed: 'Allowed', needs_approval: 'Ask', denied: 'Denied', hidden: 'Hidden' };

/** `Denied (by default)`, `Allowed`, `Ask (by pattern get_*)`. */
export function stateWords(state: ToolState): string {
  return state.by === null ? WORDS[state.outcome] : `${WORDS[state.outcome]} (by ${state.by})`;
}
