'use client';

import { Plus, Trash2 } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import type { SecretRow } from './server-draft';

interface SecretRowsProps {
  legend: string;
  hint: string;
  nameLabel: string;
  rows: readonly SecretRow[];
  onChange: (rows: SecretRow[]) => void;
  /** false: at least one is needed. */
  optional?: boolean;
  errorOf?: (name: string) => string | null;
}

/** Names with write-only values: shown while typed, never again after they are saved. */
export function SecretRows({ legend, hint, nameLabel, rows, onChange, optional = true, errorOf }: SecretRowsProps) {
  const set = (index: number, patch: Partial<SecretRow>) => onChange(rows.map((row, at) => (at === index ? { ...row, ...patch } : row)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-base">
        {legend}
        {optional ? <span className="ml-1.5 font-normal text-ink-3">optional</span> : null}
      </legend>
      {rows.map((row, index) => {
        const error = errorOf?.(row.name) ?? null;
        return (
          <div key={index} className="flex flex-col gap-1">
            <div className="flex gap-2">
              <Input
                aria-label={`${nameLabel} ${index + 1}`}
                placeholder={nameLabel}
                value={row.name}
                onChange={(event) => set(index, { name: event.target.value })}
                className="font-mono"
              />
              <Input
                aria-label={`Value of ${row.name || `${nameLabel} ${index + 1}`}`}
                type="password"
                autoComplete="off"
                placeholder="Value"
                value={row.value}
                aria-invalid={Boolean(error) || undefined}
                onChange={(event) => set(index, { value: event.target.value })}
                className="font-mono"
              />
              <Button
                size="iconMd"
                variant="ghost"
                label={`Remove ${row.name || 'row'}`}
                onClick={() => onChange(rows.filter((_, at) => at !== index))}
              >
                <Trash2 aria-hidden className="size-4" />
              </Button>
            </div>
            {error ? <p className="text-meta text-denied">{error}</p> : null}
          </div>
        );
      })}
      <div className="flex items-center gap-3">
        <Button size="sm" variant="quiet" onClick={() => onChange([...rows, { name: '', value: '' }])}>
          <Plus aria-hidden className="size-3.5" />
          Add {nameLabel.toLowerCase()}
        </Button>
        <span className="text-meta text-ink-3">{hint}</span>
      </div>
    </fieldset>
  );
}
