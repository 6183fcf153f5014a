'use client';

import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { ImportReport } from './import-report';
import type { useImport } from './use-import';

const BYTES_MAX = 1024 * 1024;

interface ImportPaneProps {
  text: string;
  onText: (text: string) => void;
  imported: ReturnType<typeof useImport>;
}

/** Paste or choose a file; below it what each part becomes, before anything is made of it. */
export function ImportPane({ text, onText, imported }: ImportPaneProps) {
  const file = useRef<HTMLInputElement>(null);
  const [mistake, setMistake] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    if (chosen.size > BYTES_MAX) return setMistake(`${chosen.name} is larger than 1 MiB, which no policy is.`);
    setMistake(null);
    onText(await chosen.text());
  };
  return (
    <div
      className={cn('flex flex-col gap-3', over && 'rounded-control outline-2 outline-accent outline-dashed outline-offset-4')}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void take(event.dataTransfer.files[0]);
      }}
    >
      <Field
        label="Policy to import"
        error={mistake}
        hint="PolicyLayer JSON, Intercept YAML, or this language as JSON or YAML. Drop a file here, or paste."
      >
        <Textarea rows={8} className="font-mono text-meta" value={text} onChange={(event) => onText(event.target.value)} />
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
      {text.trim() !== '' && imported.data ? <ImportReport imported={imported.data} /> : null}
    </div>
  );
}
