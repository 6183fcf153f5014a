import type { Json } from '@/lib/kernel/json';
import { randomPolicy, type Seeded } from '../policy/generate-policy';

type Plain = { [key: string]: Json };

/** A copy of a policy with one to three small differences, as an author makes them. */
export function mutatedPolicy(r: Seeded, policy: Record<string, Json>): Record<string, Json> {
  let changed = structuredClone(policy) as Plain;
  const donor = randomPolicy(r) as Plain;
  for (let i = 1 + r.below(3); i > 0; i -= 1) changed = mutate(r, changed, donor);
  return changed;
}

function mutate(r: Seeded, policy: Plain, donor: Plain): Plain {
  const kind = r.below(10);
  if (kind === 0) return { ...policy, default: policy.default === 'allow' ? 'deny' : 'allow' };
  if (kind === 1) return { ...policy, mode: policy.mode === 'observe' ? 'enforce' : 'observe' };
  if (kind === 2) return { ...policy, hide: (donor.hide as Json) ?? [] };
  if (kind === 3) return { ...policy, all_tools: (donor.all_tools as Json) ?? null };
  if (kind === 4) return { ...policy, risk: { ...(policy.risk as Plain), ...(donor.risk as Plain) } };
  const tools = { ...(policy.tools as Plain) };
  const names = Object.keys(tools);
  if (kind === 5 && names.length > 0) {
    delete tools[r.pick(names)];
    return { ...policy, tools };
  }
  if (kind === 6) return { ...policy, tools: { ...tools, ...(donor.tools as Plain) } };
  return changeSomewhere(r, policy);
}

/** Changes one value inside: a number, a word, a list's element; or moves a condition of one block into another. */
function changeSomewhere(r: Seeded, policy: Plain): Plain {
  const places: { holder: Plain | Json[]; key: string | number }[] = [];
  const visit = (value: Json) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      places.push({ holder: value as Plain, key });
      visit((value as Plain)[key as string] as Json);
    }
  };
  const copy = structuredClone(policy);
  for (const key of ['all_tools', 'risk', 'tools']) visit(copy[key] ?? null);
  if (places.length === 0) return copy;
  const { holder, key } = r.pick(places);
  const value = (holder as Plain)[key as string];
  if (typeof value === 'number') (holder as Plain)[key as string] = Math.max(1, value + r.pick([-1, 1, 5, 49]));
  else if (typeof value === 'boolean') (holder as Plain)[key as string] = !value;
  else if (typeof value === 'string' && Object.hasOwn(OTHER, value))
    (holder as Plain)[key as string] = r.pick(OTHER[value] as readonly string[]);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (r.chance(0.5) && !['path', 'op', 'value', 'conditions', 'counter', 'window', 'max', 'tool'].includes(String(key)))
    delete holder[key as string];
  return copy;
}

const OTHER: Readonly<Record<string, readonly string[]>> = {
  lt: ['lte', 'gt'],
  lte: ['lt', 'gte'],
  gt: ['gte', 'lt'],
  gte: ['gt', 'lte'],
  eq: ['neq'],
  neq: ['eq'],
  in: ['not_in'],
  not_in: ['in'],
  starts_with: ['ends_with'],
  minute: ['day', '90s'],
  day: ['minute'],
  grant: ['agent', 'args.a'],
  allow: ['deny', 'approve'],
  deny: ['allow'],
  approve: ['allow', 'deny'],
  observe: ['enforce'],
  enforce: ['observe'],
  c: ['d'],
};
