'use client';

import { ListChecks } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { toast } from '@/components/ui/toaster';
import type { Change } from '@/lib/policy/edit/change';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { outcomeOf } from '@/lib/policy/run-tests';
import type { Trial, TriedCall } from '@/lib/policy/try-call';
import { testJson, testName } from './tried-call';

interface SaveTestProps {
  call: TriedCall;
  trial: Trial;
  taken: readonly string[];
  refusal: string | null;
  onEdit: (change: (text: string) => Change) => void;
}

/** Writes the tried call and what came of it into the policy, as a test that must pass to publish. */
export function SaveTest({ call, trial, taken, refusal, onEdit }: SaveTestProps) {
  const outcome = outcomeOf(trial.decision);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [bindRule, setBindRule] = useState(false);
  const typed = name.trim();
  const mistake =
    typed === ''
      ? 'Give it a name.'
      : taken.includes(typed)
        ? 'Another test has this name.'
        : typed.length > 200
          ? 'At most 200 characters.'
          : null;
  const isPointer = trial.decision.rule.startsWith('/');
  return (
    <Popover
      label="Save as a test"
      open={open}
      onOpenChange={(next) => {
        if (next) setName(testName(call, outcome, taken));
        setOpen(next);
      }}
      className="w-[min(380px,92vw)]"
      trigger={
        <Button size="sm" disabledReason={refusal}>
          <ListChecks aria-hidden className="size-3.5" />
          Save as a test
        </Button>
      }
    >
      <form
        className="flex flex-col gap-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          if (mistake !== null) return;
          onEdit((text) => insertItem(text, '/tests', testJson(typed, call, outcome, bindRule && isPointer ? trial.decision.rule : null)));
          setOpen(false);
          toast.success('Test added to the policy', { description: 'It must pass before this policy can be published.' });
        }}
      >
        <Field label="Name" error={mistake}>
          <Input autoFocus value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <p className="text-ink-2">
          Expects <strong className="font-medium text-ink">{outcome.replaceAll('_', ' ')}</strong>.
        </p>
        {isPointer ? (
          <Checkbox
            label="And by this very rule"
            hint={<span className="break-all font-mono">{trial.decision.rule}</span>}
            checked={bindRule}
            onChange={setBindRule}
          />
        ) : null}
        <Button type="submit" variant="primary" size="sm" className="self-end" disabledReason={mistake}>
          Save test
        </Button>
      </form>
    </Popover>
  );
}
