'use client';

import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { tryPattern } from './check-value';
import { LineEditor } from './line-editor';

/** A pattern and a value to try it on, both judged by the engine that the gateway runs. */
export function PatternTrial({ op, start, onTake }: { op: 'regex' | 'glob'; start: string; onTake: (literal: string) => void }) {
  const [sample, setSample] = useState('');
  return (
    <LineEditor
      kind="text"
      op={op}
      label={op === 'regex' ? 'Expression' : 'Pattern'}
      hint={
        op === 'regex'
          ? 'RE2 syntax; the whole value has to match. Leave an end open with .* where you mean to.'
          : '* stays within a segment and stops at /, ** goes on; the whole value has to match.'
      }
      start={start}
      onTake={onTake}
      below={(pattern) => {
        const matches = sample === '' ? null : tryPattern(op, pattern, sample);
        const open = op === 'regex' && (/^\^?\.\*/.test(pattern) || /\.\*\$?$/.test(pattern));
        return (
          <>
            {open ? <p className="text-meta text-limited">Unanchored: an end is open, so anything may stand there.</p> : null}
            <Field label="Try it on" optional>
              <Input
                className="font-mono"
                value={sample}
                onChange={(event) => setSample(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') event.preventDefault();
                }}
              />
            </Field>
            {sample === '' ? null : (
              <p role="status" className="flex items-center gap-1.5 text-meta text-ink-2">
                {matches ? (
                  <CircleCheck aria-hidden className="size-3.5 text-allowed" />
                ) : (
                  <CircleX aria-hidden className="size-3.5 text-denied" />
                )}
                {matches === null ? 'The pattern cannot be used.' : matches ? 'Matches' : 'Does not match'}
              </p>
            )}
          </>
        );
      }}
    />
  );
}
