import type { Category, Classification, ToolDefinition } from '@/lib/domain/risk';
import type { Claims } from '@/lib/risk/claims';
import { bundledVerbs, type DescriptionReading, onlyBundles } from '@/lib/risk/description';
import { verbOf, worse } from '@/lib/risk/lexicon';
import { type NameReading, readName } from '@/lib/risk/name-reading';
import { onlySelects, type SchemaCues, worstAction } from '@/lib/risk/schema-cues';
import { type Surroundings, senseOf } from '@/lib/risk/senses';

/** The first verdict, from the verbs of name and description and, where these are silent, from the schema. */
export interface Effect {
  readonly category: Category;
  readonly confidence: Classification['confidence'];
  readonly reasons: readonly string[];
}

export interface EffectInput {
  readonly tool: ToolDefinition;
  /** the name's words without the server's prefix */
  readonly words: readonly string[];
  readonly description: DescriptionReading;
  readonly cues: SchemaCues;
  readonly claims: Claims;
}

interface Said {
  readonly category: Category;
  readonly verb: string;
  readonly reason: string;
}

const DOES: Readonly<Record<Category, string>> = {
  read: 'reads',
  write: 'changes data',
  execute: 'makes something happen',
  destructive: 'removes things',
  financial: 'moves money',
};

/** Weighs name, description and schema. The name leads; the description leads where the name is weak or silent. */
export function readEffect(input: EffectInput): Effect {
  const name = readName(input.words);
  const bundle = readBundle(input, name);
  if (bundle !== null) return bundle;
  const byName = said("the name's", name.verbs, input);
  const byText = said("the description's", input.description.verbs, input);
  if (byName === null || name.strength === 'none') return withoutName(input, name, byText);
  if (name.strength === 'weak') return weakName(input, byName, byText);
  return strongName(input, byName, byText);
}

function strongName(input: EffectInput, byName: Said, byText: Said | null): Effect {
  const agrees = byText?.category === byName.category;
  const first = input.description.verbs[0];
  const textChanges =
    byText !== null &&
    byText.verb === first &&
    input.description.opens &&
    OVERRULING.has(verbOf(first)?.category ?? 'read') &&
    plain(first);
  if (byName.category === 'read' && textChanges && input.claims.readOnly === null) {
    return effect(byText.category, 'medium', byText.reason, byName.reason);
  }
  return effect(byName.category, agrees || byText === null ? 'high' : 'medium', byName.reason, agrees ? byText?.reason : undefined);
}

function weakName(input: EffectInput, byName: Said, byText: Said | null): Effect {
  if (byText === null) return effect(byName.category, 'low', byName.reason);
  if (byText.category === byName.category) return effect(byName.category, 'high', byName.reason, byText.reason);
  if (input.claims.readOnly !== null && byText.category === 'read') return effect('read', 'medium', byText.reason);
  if (input.description.strength === 'strong') {
    // A nominal money verb is left to the money rule, which asks for money in the definition: git_checkout moves none.
    if (byName.category === 'destructive' && byText.category !== 'read')
      return effect('destructive', 'medium', byName.reason, byText.reason);
    return effect(byText.category, 'medium', byText.reason);
  }
  return effect(worse(byName.category, byText.category), 'low', byName.reason, byText.reason);
}

/** Noun-only names ("zone_details"): the description, else the schema, else a cautious guess. */
function withoutName(input: EffectInput, name: NameReading, byText: Said | null): Effect {
  const asksState = name.stateNoun === null ? undefined : `the name asks for \`${name.stateNoun}\``;
  if (byText !== null) {
    const confidence = input.description.strength === 'strong' ? 'medium' : 'low';
    if (
      asksState !== undefined &&
      byText.category !== 'read' &&
      !(input.description.strength === 'strong' && plain(byText.verb) && byText.category !== 'execute')
    ) {
      return effect('read', 'low', asksState);
    }
    return effect(byText.category, confidence, byText.reason, byText.category === 'read' ? asksState : undefined);
  }
  if (input.claims.readOnly !== null) return effect('read', 'medium', `the description says "${input.claims.readOnly}"`);
  return bySchema(input, asksState);
}

function bySchema(input: EffectInput, asksState: string | undefined): Effect {
  const { cues, description } = input;
  if (cues.openPayload !== null) {
    return effect('execute', 'low', `no verb says what it does, and it takes an open-ended payload in \`${cues.openPayload}\``);
  }
  const shell = input.words.find((word) => SHELLS.has(word));
  if (shell !== undefined) return effect('execute', 'low', `the name is that of something that runs commands (\`${shell}\`)`);
  if (asksState !== undefined) return effect('read', 'low', asksState);
  if (cues.writeKey !== null) {
    return effect('write', 'low', `no verb says what it does, and its argument \`${cues.writeKey}\` suggests that it changes something`);
  }
  const informs = description.words.some((word) => INFORMATION.has(word));
  if (informs) return effect('read', 'low', 'no verb says what it does, but the description speaks of information only');
  if (onlySelects(cues) && description.words.length > 0) {
    return effect('read', 'low', 'no verb says what it does, but its arguments only select or page through what exists');
  }
  return effect('write', 'low', 'nothing in the definition says what it does, so it is taken to change something');
}

const SHELLS = new Set(['shell', 'bash', 'powershell', 'terminal', 'cmd', 'python', 'repl', 'sh', 'zsh', 'cli']);

const INFORMATION = new Set(
  'info information details list overview summary history documentation guide insights statistics metrics catalog reference status quote data analysis report answers'.split(
    ' ',
  ),
);

/** Tools that bundle actions ("manage_…", "…_write" with an action argument) are as bad as the worst of them. */
function readBundle(input: EffectInput, name: NameReading): Effect | null {
  const bundles = onlyBundles(name.verbs) || (name.strength !== 'strong' && onlyBundles(input.description.verbs));
  const silent = name.strength === 'none' || (name.strength === 'weak' && !bundles);
  const actions = input.cues.actions;
  if (!bundles && !(silent && actions !== null && actions.verbs.length > 1)) return null;
  const listed = actions?.verbs ?? [];
  const told = bundles ? [...bundledVerbs(input.tool.description ?? ''), ...listed] : [...listed, ...input.description.verbs];
  const worst = worstAction(told);
  if (worst === null) return null;
  const floor = bundles && worst === 'read' ? 'write' : worst;
  const culprit = told.find((verb) => verbOf(verb)?.category === worst) ?? told[0] ?? '';
  const where = listed.includes(culprit) && actions !== null ? `its argument \`${actions.property}\`` : 'its description';
  return effect(floor, 'medium', `bundles several actions, and the worst that ${where} offers is \`${culprit}\`, which ${DOES[worst]}`);
}

function said(whose: string, verbs: readonly string[], input: EffectInput): Said | null {
  const around = surroundings(input);
  let worst: Said | null = null;
  for (const verb of verbs) {
    const category = senseOf(verb, around);
    if (category === undefined || (worst !== null && worse(worst.category, category) === worst.category)) continue;
    worst = { category, verb, reason: `${whose} verb \`${verb}\` ${DOES[category]}` };
  }
  return worst;
}

function surroundings({ tool, words, description, cues, claims }: EffectInput): Surroundings {
  return {
    nameWords: new Set(words),
    sentenceWords: new Set(description.words),
    objectWords: new Set([...words, ...description.words.slice(1, 5)]),
    savesResult: SAVES_RESULT.test((tool.description ?? '').slice(0, 400)),
    cues,
    claimsReadOnly: claims.readOnly !== null,
    readOnlyQuery: claims.readOnlyQuery,
  };
}

const SAVES_RESULT = /\band (then )?(saves?|writes?|stores?|uploads?) (it|them|the|to|as|output|results?|a)\b/i;

/** What an opening sentence may say against a reading name: "run" and "perform" are said of searches, too. */
const OVERRULING: ReadonlySet<Category> = new Set(['write', 'destructive']);

const plain = (verb: string): boolean => verb !== 'download' && verb !== 'capture' && verbOf(verb)?.nominal === false;

function effect(category: Category, confidence: Effect['confidence'], ...reasons: (string | undefined)[]): Effect {
  return { category, confidence, reasons: reasons.filter((reason) => reason !== undefined) };
}
