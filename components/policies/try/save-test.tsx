'use client';

import { ListChecks } from 'lucide-react';
import { useState } from 'react';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { toast } from '@/components/ui/toaster';
import type { AnyDecision } from '@/lib/policy/decide-request';
import type { PolicyTest } from '@/lib/policy/document';
import type { Change } from '@/lib/policy/edit/change';
import { outcomeOf } from '@/lib/policy/run-tests';
import type { TriedCall } from '@/lib/policy/try-call';
import { nameMistake, putTest } from './test-edits';
import { testJson, testName } from './tried-call';

interface SaveTestProps {
  call: TriedCall;
  /** Index of the test that was opened; -1 for none. */
  opened: number;
  /** What the policy decides as its tests see it. */
  decision: AnyDecision;
  tests: readonly PolicyTest[];
  refusal: string | null;
  onEdit: (change: (text: string) => Change) => void;
  /** The opened test is called this from now on. */
  onRenamed: (name: string) => void;
}

/** Writes the tried call and what came of it into the policy, as a test that must pass to publish. */
export function SaveTest({ call, opened, decision, tests, refusal, onEdit, onRenamed }: SaveTestProps) {
  const outcome = outcomeOf(decision);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [bindRule, setBindRule] = useState(false);
  const [bindMessage, setBindMessage] = useState(false);
  const typed = name.trim();
  const taken = tests.map((test) => test.name);
  const was = tests[opened];
  const own = was?.name;
  const mistake = nameMistake(
    typed,
    taken.filter((name) => name !== own),
  );
  const save = (anew: boolean) => {
    if (mistake !== null || (anew && typed === own)) return;
    const { rule, message } = decision;
    const json = testJson(typed, call, outcome, bindRule && isPointer ? rule : null, bindMessage ? message : null);
    onEdit((text) => putTest(text, anew ? null : `/tests/${opened}`, json));
    if (!anew) onRenamed(typed);
    setOpen(false);
    toast.success(anew ? 'Test added to the policy' : 'Test changed', { description: 'It must pass before this policy can be published.' });
  };
  const isPointer = decision.rule.startsWith('/');
  return (
    <Popover
      label="Save as a test"
      open={open}
      onOpenChange={(next) => {
        if (next) {
          setName(own ?? testName(call, outcome, taken));
          setBindRule(was?.expect.rule != null);
          setBindMessage(was?.expect.message != null);
        }
        setOpen(next);
      }}
      className="w-[min(380px,92vw)]"
      trigger={
        <Button size="sm" disabledReason={refusal}>
          <ListChecks aria-hidden className="size-3.5" />
          {was === undefined ? 'Save as a test' : 'Save the test'}
        </Button>
      }
    >
      <form
        className="flex flex-col gap-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          save(was === undefined);
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
            hint={<span className="break-all font-mono">{decision.rule}</span>}
            checked={bindRule}
            onChange={setBindRule}
          />
        ) : null}
        {decision.message === null ? null : (
          <Checkbox
            label="And with these very words"
            hint={<InertText text={decision.message} max={200} />}
            checked={bindMessage}
            onChange={setBindMessage}
          />
        )}
        <span className="flex justify-end gap-2">
          {was === undefined ? null : (
            <Button
              size="sm"
              disabledReason={mistake ?? (typed === own ? 'Give the other test a name of its own' : null)}
              onClick={() => save(true)}
            >
              Save as another
            </Button>
          )}
          <Button type="submit" variant="primary" size="sm" disabledReason={mistake}>
            {was === undefined ? 'Save test' : 'Change test'}
          </Button>
        </span>
      </form>
    </Popover>
  );
}
