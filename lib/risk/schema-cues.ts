import type { Category } from '@/lib/domain/risk';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { verbOf, worse } from '@/lib/risk/lexicon';
import { splitIdentifier } from '@/lib/risk/tokens';

/** What an input schema suggests. Cues are evidence for a decision, never a decision on their own. */
export interface SchemaCues {
  readonly known: boolean;
  /** top-level property names, lower case without separators: "file_path" and "filePath" are "filepath" */
  readonly keys: ReadonlySet<string>;
  /** name of a property that takes a program, a command or a query language, as the schema spells it */
  readonly openPayload: string | null;
  /** name of a property that takes a place on the local disk to write to */
  readonly outputPath: string | null;
  /** actions a caller chooses between, with the property that holds them */
  readonly actions: { readonly property: string; readonly verbs: readonly string[] } | null;
  readonly writeKey: string | null;
}

const ACTION_KEYS = new Set(['action', 'operation', 'method', 'op', 'mode', 'command', 'actiontype', 'operationtype', 'verb']);
const OPEN_KEYS = new Set(
  'code script command cmd sql statement javascript js python shell bash expression mutation program sqlquery sqlstatement shellcommand functiondeclaration'.split(
    ' ',
  ),
);
const OUTPUT_KEYS = new Set(
  'outputdir outputpath outputfile outputfilename outputdirectory savepath saveto saveas savedir targetdir targetpath destination destinationpath dest localpath downloadpath downloaddir exportpath outfile outpath filename localfilepath'.split(
    ' ',
  ),
);
const WRITE_KEYS = new Set(
  'body content contents confirm confirmed dryrun data payload newname newvalue updates patch changes message text comment'.split(' '),
);
const READ_KEYS =
  /^(page|pagesize|perpage|limit|offset|cursor|filter|filters|sort|sortby|order|orderby|fields|include|expand|startdate|enddate|since|until|from|to|start|end|query|q|search|id|ids|.*ids?|path|url|name|slug|owner|repo|project|region|namespace|format|type|verbose|depth|lang|language|version|timeout|after|before|jqfilter|days|symbol|key|top|max|maxresults|count)$/;

/** Reads the top level of an input schema, through `allOf`, `anyOf` and `oneOf`. Never throws. */
export function readSchema(schema: JsonObject | undefined): SchemaCues {
  const properties = topLevelProperties(schema);
  const names = Object.keys(properties);
  const byKey = new Map(names.map((name) => [flatten(name), name]));
  const pick = (set: ReadonlySet<string>) => names.find((name) => set.has(flatten(name)) && acceptsText(properties[name])) ?? null;
  return {
    known: schema !== undefined && isJsonObject(schema.properties ?? {}),
    keys: new Set(byKey.keys()),
    openPayload: pick(OPEN_KEYS),
    outputPath: pick(OUTPUT_KEYS),
    actions: readActions(properties),
    writeKey: names.find((name) => WRITE_KEYS.has(flatten(name))) ?? null,
  };
}

/** True when a schema is known and every argument only selects or pages through what exists. */
export function onlySelects(cues: SchemaCues): boolean {
  return cues.known && [...cues.keys].every((key) => READ_KEYS.test(key));
}

/** The worst category among a caller's actions. "remove" and "reset" in such a list mostly undo an "add". */
export function worstAction(verbs: readonly string[]): Category | null {
  let worst: Category | null = null;
  for (const verb of verbs) {
    const category = verbOf(verb)?.category;
    if (category === undefined) continue;
    const softened = category === 'destructive' && BUNDLED_AS_CHANGE.has(verb) ? 'write' : category;
    worst = worst === null ? softened : worse(worst, softened);
  }
  return worst;
}

const BUNDLED_AS_CHANGE = new Set(['remove', 'reset', 'revoke', 'clear', 'cancel', 'unset', 'clean', 'discard', 'unpublish', 'unregister']);

export function topLevelProperties(schema: JsonObject | undefined): Readonly<Record<string, unknown>> {
  if (schema === undefined) return {};
  const merged: Record<string, unknown> = Object.create(null);
  const take = (part: unknown) => {
    if (isJsonObject(part) && isJsonObject(part.properties)) Object.assign(merged, part.properties);
  };
  take(schema);
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const parts = schema[keyword];
    if (Array.isArray(parts)) parts.forEach(take);
  }
  return merged;
}

function readActions(properties: Readonly<Record<string, unknown>>): SchemaCues['actions'] {
  for (const [property, definition] of Object.entries(properties)) {
    if (!ACTION_KEYS.has(flatten(property)) || !isJsonObject(definition) || !Array.isArray(definition.enum)) continue;
    const values = definition.enum.filter((value) => typeof value === 'string');
    const verbs = values.flatMap((value) => splitIdentifier(value).find((word) => verbOf(word) !== undefined) ?? []);
    if (verbs.length > 0) return { property, verbs };
  }
  return null;
}

function acceptsText(definition: unknown): boolean {
  return isJsonObject(definition) && (definition.type === undefined || definition.type === 'string' || Array.isArray(definition.type));
}

/** Lower case without separators. */
export function flatten(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
