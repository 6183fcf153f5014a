import { MANIFEST, type Section } from '../manifest';
import { pointerTokens } from './pointer';

/** The keys of the language at a place in the order in which its reference shows them; none where keys are names. */
export function keyOrder(pointer: string): readonly string[] {
  const section = sectionAt(pointerTokens(pointer));
  return section === null ? [] : Object.keys(MANIFEST[section]);
}

function sectionAt(tokens: readonly string[]): Section | null {
  const [first, second, ...rest] = tokens;
  if (first === undefined) return 'policy';
  if (first === 'all_tools') return inBlock('all_tools', tokens.slice(1));
  if (first === 'risk') return second === undefined ? 'risk' : inBlock('risk_rule', rest);
  if (first === 'results') return second === undefined ? 'results' : null;
  if (first === 'server') return second === undefined ? 'server' : inBlock('target', rest);
  if (first === 'resources' || first === 'prompts') return inTargets(tokens.slice(1));
  return first === 'tools' && second !== undefined ? inBlock('tool', rest) : null;
}

function inTargets([key, name, ...rest]: readonly string[]): Section | null {
  if (key === undefined) return 'targets';
  if (key === 'all') return inBlock('all_targets', name === undefined ? [] : [name, ...rest]);
  return key === 'rules' && name !== undefined ? inBlock('target', rest) : null;
}

function inBlock(block: Section, tokens: readonly string[]): Section | null {
  const [key, index, inner, ...rest] = tokens;
  if (key === undefined) return block;
  if (key === 'rate_limit' && index === undefined) return 'rate_limit';
  if (key === 'dispatch' && index === undefined) return 'dispatch';
  if (key === 'limits') return index !== undefined && inner === undefined ? 'limit' : null;
  if (key === 'approval') {
    if (index === undefined) return 'approval';
    return index === 'when' && inner !== undefined && rest.length === 0 ? 'condition' : null;
  }
  if (key !== 'require' && key !== 'deny_if') return null;
  if (index === undefined) return null;
  if (inner === undefined) return 'condition';
  return inner === 'conditions' && rest.length === 1 ? 'condition' : null;
}
