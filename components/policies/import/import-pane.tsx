'use client';

import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ImportedPolicy } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { plural } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import type { useImport } from './use-import';

const BYTES_MAX = 1024 * 1024;

export const FORMAT_WORDS: Record<ImportedPolicy['format'], string> = {
  policylayer: 'PolicyLayer JSON',
  intercept: 'Intercept YAML',
  callgate: 'a Callgate policy',
};

interface ImportPaneProps {
  text: string;
  onText: (text: string) => void;
  imported: ReturnType<typeof useImport>;
}

/** Paste or choose a file; below it what each part becomes, before anything is made of it. */
export function ImportPane({ text, onText, imported }: ImportPaneProps) {
  const file = useRef<HTMLInputElement>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    if (chosen.size > BYTES_MAX) return setMistake(`${chosen.name} is larger than 1 MiB, which no policy is.`);
    setMistake(null);
    onText(await chosen.text());
  };
  return (
    <div className="flex flex-col gap-3">
      <Field
        label="Policy to import"
        error={mistake}
        hint="PolicyLayer JSON, Intercept YAML, or this language as JSON or YAML. Drop a file here, or paste."
      >
        <Textarea
          rows={8}
          className="font-mono text-meta"
          value={text}
          onChange={(event) => onText(event.target.value)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            if (event.dataTransfer.files.length === 0) return;
            event.preventDefault();
            void take(event.dataTransfer.files[0]);
          }}
        />
      </Field>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,.jsonc,.yaml,.yml,text/*"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <Button size="sm" className="self-start" onClick={() => file.current?.click()}>
        <FileUp aria-hidden className="size-3.5" />
        Choose a file
      </Button>
      <FormError error={imported.error} />
      {text.trim() !== '' && imported.data ? <Report imported={imported.data} /> : null}
    </div>
  );
}

const EFFECTS = {
  same: { word: 'decides the same', look: 'text-ink-2' },
  stricter: { word: 'stricter', look: 'text-allowed' },
  looser: { word: 'lets more pass', look: 'text-denied' },
  unclear: { word: 'look at it', look: 'text-limited' },
} as const;

function Report({ imported }: { imported: ImportedPolicy }) {
  const errors = imported.problems.filter((problem) => problem.severity === 'error');
  if (imported.inOriginal)
    return (
      <div role="alert" className="flex flex-col gap-1 text-denied">
        <p className="font-medium">
          This text cannot be read as {imported.syntax === 'yaml' ? 'YAML' : 'JSON'}, so nothing can be made of it.
        </p>
        <Problems problems={errors} />
      </div>
    );
  const told = imported.report.filter((row) => row.status !== 'mapped' || row.note !== '');
  const count = (status: string) => imported.report.filter((row) => row.status === status).length;
  return (
    <section aria-label="What became of it" className="flex flex-col gap-2" data-testid="import-report">
      <p>
        Read as <strong className="font-medium">{FORMAT_WORDS[imported.format]}</strong>: {plural(count('mapped'), 'part')} taken over
        {count('changed') > 0 ? `, ${count('changed')} changed` : ''}
        {count('dropped') > 0 ? `, ${count('dropped')} left out` : ''}.
      </p>
      {told.length > 0 ? (
        <ul className="max-h-56 overflow-y-auto rounded-control border border-line">
          {told.map((row, index) => (
            <li key={index} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-line-soft border-b px-2.5 py-1.5 last:border-b-0">
              <span className="min-w-0">
                <code className="break-all font-mono text-meta text-ink-3">
                  {row.line > 0 ? `${row.line}: ` : ''}
                  <InertText text={row.from} max={160} />
                </code>
                <span className="block">
                  <InertText text={row.note} max={400} />
                </span>
              </span>
              <span className={cn('text-meta', EFFECTS[row.effect].look)}>
                {row.status === 'dropped' ? 'left out, ' : ''}
                {EFFECTS[row.effect].word}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {errors.length > 0 ? (
        <div className="text-denied">
          <p>It has {plural(errors.length, 'error')} in this language, to be corrected in the editor:</p>
          <Problems problems={errors} />
        </div>
      ) : null}
    </section>
  );
}

function Problems({ problems }: { problems: ImportedPolicy['problems'] }) {
  return (
    <ul className="list-disc pl-4">
      {problems.slice(0, 8).map((problem, index) => (
        <li key={index}>
          Line {problem.line}: {problem.message}
        </li>
      ))}
    </ul>
  );
}
