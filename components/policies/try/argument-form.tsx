'use client';

import { useState } from 'react';
import { InertText } from '@/components/shared/unverified-text';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { ArgumentField } from './argument-fields';

interface ArgumentFormProps {
  fields: readonly ArgumentField[];
  value: JsonObject;
  onChange: (path: readonly string[], value: Json | undefined) => void;
  path?: readonly string[];
}

/** One input for each argument of the tool, of the argument's own type. */
export function ArgumentForm({ fields, value, onChange, path = [] }: ArgumentFormProps) {
  return (
    <div className="flex flex-col gap-2.5">
      {fields.map((field) => {
        const at = [...path, field.name];
        const held = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
        if (field.kind === 'group')
          return (
            <fieldset key={field.name} className="flex flex-col gap-2 border-line border-l-2 pl-3">
              <legend className="sr-only">{field.name}</legend>
              <p className="font-medium font-mono text-meta">{field.name}</p>
              <ArgumentForm fields={field.fields} value={isJsonObject(held) ? held : {}} onChange={onChange} path={at} />
            </fieldset>
          );
        return <OneField key={field.name} field={field} held={held} onChange={(next) => onChange(at, next)} />;
      })}
    </div>
  );
}

const UNSET = '__unset';

function OneField({
  field,
  held,
  onChange,
}: {
  field: ArgumentField;
  held: Json | undefined;
  onChange: (value: Json | undefined) => void;
}) {
  // What was typed and is no value yet stays on the screen, with the reason.
  const [draft, setDraft] = useState<{ text: string; mistake: string | null; of: Json | undefined } | null>(null);
  const typed = draft !== null && draft.of === held ? draft : null;
  const type = (text: string, read: (text: string) => Json | undefined) => {
    try {
      const next = text.trim() === '' ? undefined : read(text);
      setDraft({ text, mistake: null, of: next });
      onChange(next);
    } catch (cause) {
      setDraft({ text, mistake: cause instanceof Error ? cause.message : 'This is no value.', of: held });
    }
  };
  return (
    <Field
      label={<span className="font-mono text-meta">{field.name}</span>}
      optional={!field.required}
      error={typed?.mistake ?? null}
      hint={field.about === null ? field.type : <InertText text={field.about} max={160} />}
    >
      {field.kind === 'choice' || field.kind === 'boolean' ? (
        <Select
          size="sm"
          value={held === undefined ? UNSET : JSON.stringify(held)}
          onChange={(next) => onChange(next === UNSET ? undefined : (JSON.parse(next) as Json))}
          options={[
            { value: UNSET, label: 'left out' },
            ...(field.kind === 'boolean' ? [true, false] : field.choices).map((choice) => ({
              value: JSON.stringify(choice),
              label: typeof choice === 'string' ? choice : JSON.stringify(choice),
            })),
          ]}
        />
      ) : field.kind === 'text' ? (
        <Input
          value={typeof held === 'string' ? held : ''}
          placeholder={held === undefined ? 'left out' : ''}
          onChange={(event) => onChange(event.target.value === '' && !field.required ? undefined : event.target.value)}
        />
      ) : field.kind === 'number' ? (
        <Input
          inputMode="decimal"
          placeholder="left out"
          value={typed?.text ?? (held === undefined ? '' : JSON.stringify(held))}
          onChange={(event) => type(event.target.value, (text) => readNumber(text, field.type))}
        />
      ) : field.kind === 'lines' ? (
        <Textarea
          rows={2}
          placeholder="one a line"
          value={Array.isArray(held) ? held.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n') : ''}
          onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value.split('\n'))}
        />
      ) : (
        <Textarea
          rows={2}
          className="font-mono text-meta"
          placeholder="JSON, or nothing to leave it out"
          value={typed?.text ?? (held === undefined ? '' : JSON.stringify(held, null, 1))}
          onChange={(event) => type(event.target.value, (text) => JSON.parse(text) as Json)}
        />
      )}
    </Field>
  );
}

function readNumber(text: string, type: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error('Type a number.');
  if (type === 'integer' && !Number.isInteger(value)) throw new Error('The tool takes whole numbers here.');
  return value;
}
