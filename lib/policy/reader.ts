import { type KeySpec, MANIFEST, type Section } from './manifest';
import { didYouMean } from './nearest';
import type { SyntaxNode } from './parse';
import { type ProblemList, pointerTo, type Span } from './problem';

/** A value in the text and its JSON Pointer. */
export interface Place {
  readonly node: SyntaxNode;
  readonly pointer: string;
}

/** A value below another. Its pointer is written when somebody asks: most values have nothing said about them. */
export class ChildPlace implements Place {
  private known: string | null = null;

  constructor(
    readonly node: SyntaxNode,
    private readonly parent: Place,
    private readonly token: string | number,
  ) {}

  get pointer(): string {
    this.known ??= pointerTo(this.parent.pointer, this.token);
    return this.known;
  }
}

const NODE_WORDS: Readonly<Record<SyntaxNode['kind'], string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  invalid: 'nothing',
};

/** The keys that a section cannot do without. */
const REQUIRED: ReadonlyMap<Section, readonly (readonly [string, KeySpec])[]> = new Map(
  (Object.entries(MANIFEST) as [Section, Readonly<Record<string, KeySpec>>][]).map(([section, keys]) => [
    section,
    Object.entries(keys).filter(([, spec]) => spec.required === true),
  ]),
);

/** The members of one object of the language, asked for by key; what is wrong is put on the list, and reading goes on. */
export class ObjectReader {
  private constructor(
    readonly section: Section,
    readonly place: Place,
    private readonly members: ReadonlyMap<string, Place>,
    readonly list: ProblemList,
  ) {}

  /** Reports unknown and missing keys; null when the place holds no object. */
  static open(section: Section, place: Place, list: ProblemList): ObjectReader | null {
    const { node } = place;
    if (node.kind !== 'object') {
      wrongKind(list, place, 'an object');
      return null;
    }
    const keys = MANIFEST[section];
    const members = new Map<string, Place>();
    for (const member of node.members) {
      if (Object.hasOwn(keys, member.key)) members.set(member.key, new ChildPlace(member.value, place, member.key));
      else if (!member.key.startsWith('x-')) {
        list.error(
          'key.unknown',
          member.keySpan,
          pointerTo(place.pointer, member.key),
          `\`${member.key.slice(0, 60)}\` is not a key of ${sectionWords(section)}.`,
          didYouMean(member.key, Object.keys(keys)) ?? `known are ${Object.keys(keys).join(', ')}; your own go under x-…`,
        );
      }
    }
    for (const [key, spec] of REQUIRED.get(section) ?? []) {
      if (!members.has(key))
        list.error(
          'key.missing',
          headOf(node),
          place.pointer,
          `\`${key}\` is missing: ${spec.about}`,
          spec.oneOf === undefined ? undefined : `one of ${spec.oneOf.join(', ')}`,
        );
    }
    return new ObjectReader(section, place, members, list);
  }

  has(key: string): boolean {
    return this.members.has(key);
  }

  get(key: string): Place | undefined {
    return this.members.get(key);
  }

  /** Text, or null when the key is missing, empty or of another type (reported). */
  text(key: string, max = 2000): string | null {
    const place = this.members.get(key);
    if (place === undefined) return null;
    return readText(this.list, place, max);
  }

  /** One of the manifest's words for this key, or null. */
  word<W extends string>(key: string): W | null {
    const value = this.text(key);
    const place = this.members.get(key);
    const words = MANIFEST[this.section][key]?.oneOf ?? [];
    if (value === null || place === undefined || words.includes(value)) return value as W | null;
    this.list.error(
      `${key}.unknown`,
      place.node,
      place.pointer,
      `"${value.slice(0, 60)}" is not a ${key} of this language.`,
      didYouMean(value, words) ?? `one of ${words.join(', ')}`,
    );
    return null;
  }

  /** A whole number from 1 to 2^53 - 1, or null. */
  count(key: string): number | null {
    const place = this.members.get(key);
    if (place === undefined) return null;
    if (place.node.kind !== 'number') {
      wrongKind(this.list, place, 'a number');
      return null;
    }
    if (Number.isSafeInteger(place.node.value) && place.node.value > 0) return place.node.value;
    this.list.error(
      'number.range',
      place.node,
      place.pointer,
      `\`${key}\` is a whole number above 0.`,
      key === 'max' ? 'to allow nothing, write "action": "deny"' : undefined,
    );
    return null;
  }

  /** The elements of a list; empty when the key is missing or no list (reported). */
  items(key: string): readonly Place[] {
    const place = this.members.get(key);
    if (place === undefined) return [];
    if (place.node.kind !== 'array') {
      wrongKind(this.list, place, 'a list');
      return [];
    }
    return place.node.items.map((node, i) => new ChildPlace(node, place, i));
  }
}

/** Non-empty text of at most `max` characters, or null (reported). */
export function readText(list: ProblemList, place: Place, max = 2000): string | null {
  if (place.node.kind !== 'string') {
    wrongKind(list, place, 'text');
    return null;
  }
  if (place.node.value.trim() === '')
    list.error('text.blank', place.node, place.pointer, 'This text is empty.', 'remove the key, or say something');
  else if (place.node.value.length > max)
    list.error('text.too_long', place.node, place.pointer, `This text has at most ${max} characters.`);
  else return place.node.value;
  return null;
}

/** Says which kind belongs here. A place that already failed to parse is not reported twice. */
export function wrongKind(list: ProblemList, place: Place, wanted: string): void {
  if (place.node.kind === 'invalid') return;
  list.error('type.wrong', place.node, place.pointer, `Here belongs ${wanted}, not ${NODE_WORDS[place.node.kind]}.`);
}

/** The opening bracket: a whole object underlined hides what is wrong in it. */
export function headOf(node: SyntaxNode): Span {
  return { start: node.start, end: node.kind === 'object' || node.kind === 'array' ? node.start + 1 : node.end };
}

function sectionWords(section: Section): string {
  return section === 'policy' ? 'a policy' : `\`${section.replace('_rule', '')}\``;
}
