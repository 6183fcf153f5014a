import type { Category } from '@/lib/domain/risk';
import { verbOf } from '@/lib/risk/lexicon';
import type { SchemaCues } from '@/lib/risk/schema-cues';

/** What stands around a verb: words of the name and of the sentence, and the schema's cues. */
export interface Surroundings {
  readonly nameWords: ReadonlySet<string>;
  readonly sentenceWords: ReadonlySet<string>;
  /** words of the name and the first few after the sentence's verb: what it is applied to */
  readonly objectWords: ReadonlySet<string>;
  /** the description adds that the result is saved */
  readonly savesResult: boolean;
  readonly cues: SchemaCues;
  /** the description promises that nothing is changed */
  readonly claimsReadOnly: boolean;
  /** the description says explicitly that only reading queries are accepted */
  readonly readOnlyQuery: boolean;
}

type Sense = (around: Surroundings) => Category;

const among = (list: string): ((words: ReadonlySet<string>) => boolean) => {
  const set = new Set(list.split(' '));
  return (words) => [...words].some((word) => set.has(word) || set.has(word.replace(/s$/, '')));
};
const talksOf = (list: string) => {
  const test = among(list);
  return (around: Surroundings): boolean => test(around.nameWords) || test(around.sentenceWords);
};

const stateObject = talksOf(
  'thread issue comment conversation alert incident report conflict ticket error discussion finding dispute bug task',
);
const pictures = talksOf('screenshot snapshot image log page viewport screen frame trace view hierarchy');
const descriptiveText = among(
  'type locator schema doc documentation sql query summary plan command preview diff uuid hash prompt insight selector explanation recommendation suggestion estimate embedding',
);
const media = among('image video audio model speech music song sound voice picture photo asset mesh texture animation');
const widgets = talksOf('element button dropdown option page field form checkbox input selector textbox');
const ports = talksOf('port tunnel');
const opinions = talksOf('feedback input answer rating');
const credentials = among('key token secret password credential certificate otp link url');
const infrastructure = talksOf('migration terraform infrastructure plan stack playbook');
const sessions = talksOf('browser page tab window session app dialog simulator');
const jobs = talksOf('run job workflow pipeline build execution crawl query scan deployment');
const files = talksOf('file element');
const savesFile = talksOf('save file disk local directory import folder path locally');
const searches = talksOf('search searche lookup');
const queryLanguage = (around: Surroundings): boolean => around.cues.openPayload !== null || around.nameWords.has('sql');

/** Verbs whose effect depends on what they are applied to. */
const SENSES: ReadonlyMap<string, Sense> = new Map<string, Sense>([
  ['resolve', (around) => (stateObject(around) ? 'write' : 'read')],
  ['capture', (around) => (pictures(around) ? 'read' : 'write')],
  ['provide', (around) => (opinions(around) ? 'write' : 'read')],
  ['take', (around) => (pictures(around) ? 'read' : 'write')],
  ['generate', (around) => generated(around)],
  ['download', (around) => (writesFile(around) || !around.cues.known ? 'write' : 'read')],
  ['export', (around) => (producesFile(around) ? 'write' : 'read')],
  ['convert', (around) => (producesFile(around) ? 'write' : 'read')],
  ['translate', (around) => (producesFile(around) ? 'write' : 'read')],
  ['extract', (around) => (producesFile(around) ? 'write' : 'read')],
  ['select', (around) => (widgets(around) ? 'execute' : 'write')],
  ['fill', (around) => (widgets(around) ? 'execute' : 'write')],
  ['forward', (around) => (ports(around) ? 'execute' : 'write')],
  ['apply', (around) => (infrastructure(around) ? 'execute' : 'write')],
  ['close', (around) => (sessions(around) ? 'execute' : 'write')],
  ['cancel', (around) => (jobs(around) ? 'execute' : 'destructive')],
  ['drop', (around) => (files(around) ? 'execute' : 'destructive')],
  ['start', (around) => (searches(around) ? 'read' : 'execute')],
  ['stop', (around) => (searches(around) ? 'write' : 'execute')],
  ['query', (around) => (queryLanguage(around) && !around.readOnlyQuery && !around.claimsReadOnly ? 'execute' : 'read')],
  ['run', runs],
  ['execute', runs],
]);

/** The category of a verb where it stands; undefined for an unknown verb. */
export function senseOf(verb: string, around: Surroundings): Category | undefined {
  return SENSES.get(verb)?.(around) ?? verbOf(verb)?.category;
}

function generated(around: Surroundings): Category {
  if (media(around.objectWords)) return 'execute';
  if (producesFile(around) || credentials(around.objectWords)) return 'write';
  return descriptiveText(around.objectWords) ? 'read' : 'execute';
}

const producesFile = (around: Surroundings): boolean => around.cues.outputPath !== null || around.savesResult;

function writesFile(around: Surroundings): boolean {
  return producesFile(around) || savesFile(around);
}

/** A query that is run, not a program: reading when the text says so outright. */
function runs(around: Surroundings): Category {
  const isQuery = around.nameWords.has('query') || around.nameWords.has('sql') || around.nameWords.has('queries');
  return isQuery && around.readOnlyQuery ? 'read' : 'execute';
}
