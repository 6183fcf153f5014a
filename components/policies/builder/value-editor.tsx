'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import type { Json } from '@/lib/kernel/json';
import { JSON_TYPES } from '@/lib/policy/operators/shape';
import type { PathOption } from './argument-paths';
import { ChipsEditor } from './chips-editor';
import { ChoiceList, ChoicesList } from './choice-list';
import { LineEditor } from './line-editor';
import { PathPicker } from './path-picker';
import { PatternTrial } from './pattern-trial';
import type { OperatorChoice } from './typed-operators';
import { oneValueWords } from './value-words';

/** Gives the value as the text that is written, so that digits stay as they were typed. */
export type TakeLiteral = (literal: string) => void;

interface ValueEditorProps {
  entry: OperatorChoice;
  option: PathOption;
  value: Json | undefined;
  literal: string | null;
  declared: readonly PathOption[];
  onTake: TakeLiteral;
}

/** Comparisons and memberships may also look at another path of the same call. */
const TAKES_PATH = new Set(['lt', 'lte', 'gt', 'gte', 'in', 'not_in']);

/** The editor that fits the operator and the argument's type. */
export function ValueEditor(props: ValueEditorProps) {
  const { entry, option, value, declared, onTake } = props;
  const isPath = typeof value === 'string' && TAKES_PATH.has(entry.op) && entry.value !== 'time';
  const [byPath, setByPath] = useState(isPath);
  if (!TAKES_PATH.has(entry.op)) return <LiteralEditor {...props} />;
  return (
    <div className="flex flex-col gap-2">
      {byPath ? (
        <div className="overflow-hidden rounded-control border border-line">
          <PathPicker value={isPath ? value : null} declared={declared} onPick={(path) => onTake(JSON.stringify(path))} />
        </div>
      ) : (
        <LiteralEditor {...props} value={isPath ? undefined : value} literal={isPath ? null : props.literal} />
      )}
      <Button variant="link" size="sm" className="self-start" onClick={() => setByPath(!byPath)}>
        {byPath ? `Compare with a value${option.type === 'untyped' ? '' : ` (${option.type})`}` : 'Compare with another value of the call'}
      </Button>
    </div>
  );
}

function LiteralEditor({ entry, option, value, literal, onTake }: ValueEditorProps) {
  const take = (next: Json) => onTake(JSON.stringify(next));
  const list = Array.isArray(value) ? (value as readonly Json[]) : [];
  const texts = list.filter((item): item is string => typeof item === 'string');
  const text = typeof value === 'string' ? value : '';
  switch (entry.value) {
    case 'choice':
      return <ChoiceList choices={option.choices ?? []} value={value} words={(one) => oneValueWords(one, option.path)} onTake={take} />;
    case 'choices':
      return <ChoicesList choices={option.choices ?? []} value={list} words={(one) => oneValueWords(one, option.path)} onTake={take} />;
    case 'type':
      return <ChoiceList choices={JSON_TYPES} value={value} words={String} onTake={take} />;
    case 'number':
    case 'count':
      return (
        <LineEditor kind="number" op={entry.op} label="Number" start={literal ?? ''} hint={rails(option, entry.value)} onTake={onTake} />
      );
    case 'texts':
      return <ChipsEditor op={entry.op} label="Values" start={texts} onTake={take} />;
    case 'keys':
      return <ChipsEditor op={entry.op} label="Keys that may be there" start={texts} onTake={take} />;
    case 'networks':
      return <ChipsEditor op={entry.op} label="Networks" hint="For example 10.0.0.0/8 or fd00::/8." start={texts} onTake={take} />;
    case 'hosts':
      return (
        <ChipsEditor
          op={entry.op}
          label="Hosts"
          hint="The whole host as browsers read it; *.example.com is any host below. No scheme, no path."
          start={texts}
          onTake={take}
        />
      );
    case 'folder':
      return (
        <LineEditor
          kind="text"
          op={entry.op}
          label="Folder"
          hint="Absolute. `..` and `//` are resolved before the comparison."
          start={text}
          onTake={onTake}
        />
      );
    case 'time':
      return (
        <LineEditor
          kind="text"
          op={entry.op}
          label="Time"
          hint="With its offset, for example 2030-01-01T00:00:00Z."
          start={text}
          onTake={onTake}
        />
      );
    case 'text':
      return <LineEditor kind="text" op={entry.op} label="Text" start={text} onTake={onTake} />;
    case 'regex':
    case 'glob':
      return <PatternTrial op={entry.value} start={text} onTake={onTake} />;
    default:
      return (
        <LineEditor
          kind="json"
          op={entry.op}
          label="JSON value"
          hint='Text in quotes, for example "usd", 10 or ["a", "b"].'
          start={literal ?? ''}
          onTake={onTake}
        />
      );
  }
}

function rails(option: PathOption, kind: string): string | undefined {
  if (kind === 'count') return 'A whole number of 0 or more.';
  const { minimum, maximum } = option;
  if (minimum === null && maximum === null) return option.integer ? 'The tool takes whole numbers.' : undefined;
  const range = minimum === null ? `at most ${maximum}` : maximum === null ? `at least ${minimum}` : `${minimum} to ${maximum}`;
  return `The tool takes ${range}${option.integer ? ', whole numbers' : ''}.`;
}
