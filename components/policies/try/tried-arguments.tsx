'use client';

import { useMemo, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import type { TriedCall } from '@/lib/policy/try-call';
import { argumentFields, undeclaredNames, withArgument } from './argument-fields';
import { ArgumentForm } from './argument-form';

interface TriedArgumentsProps {
  /** Of the tool; null where nothing is declared, which leaves JSON. */
  schema: Json | null;
  /** What they are called: of a tool or prompt arguments, of a request its parameters. */
  title?: string;
  call: TriedCall;
  onChange: (part: Partial<TriedCall>) => void;
}

/** The arguments as a form made from the tool's schema, or as JSON; both write the same value. */
export function TriedArguments({ schema, title = 'Arguments', call, onChange }: TriedArgumentsProps) {
  const fields = useMemo(() => argumentFields(schema), [schema]);
  const [asJson, setAsJson] = useState(false);
  const [draft, setDraft] = useState<{ text: string; of: TriedCall['arguments'] } | null>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const undeclared = undeclaredNames(call.arguments, fields);
  const json = asJson || fields.length === 0;
  const text = draft !== null && draft.of === call.arguments ? draft.text : JSON.stringify(call.arguments, null, 2);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <span className="font-medium">{title}</span>
        {fields.length === 0 ? null : (
          <Button size="sm" variant="ghost" className="px-1.5" onClick={() => setAsJson(!asJson)}>
            {asJson ? 'As a form' : 'As JSON'}
          </Button>
        )}
      </div>
      {json ? (
        <Field label={`${title} as JSON`} hideLabel error={mistake}>
          <Textarea
            rows={6}
            className="font-mono text-meta"
            value={text}
            onChange={(event) => {
              const typed = event.target.value;
              try {
                const value = JSON.parse(typed === '' ? '{}' : typed) as Json;
                if (!isJsonObject(value)) throw new Error(`${title} are one JSON object.`);
                setMistake(null);
                setDraft({ text: typed, of: value });
                onChange({ arguments: value });
              } catch (cause) {
                setMistake(`${cause instanceof Error ? cause.message : 'This is not JSON.'} The last valid ones are tried.`);
                setDraft({ text: typed, of: call.arguments });
              }
            }}
          />
        </Field>
      ) : (
        <ArgumentForm
          fields={fields}
          value={call.arguments}
          onChange={(path, value) => onChange({ arguments: withArgument(call.arguments, path, value) })}
        />
      )}
      {!json && undeclared.length > 0 ? (
        <p className="text-meta text-limited">{undeclared.join(', ')}: not declared by the tool's schema. See the arguments as JSON.</p>
      ) : null}
    </div>
  );
}
