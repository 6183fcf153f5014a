'use client';

import { useEffect, useRef, useState } from 'react';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { useAct, useCandidates } from './use-teamwork';

/** Names one of those who may decide. It is a wish: nobody gets a right by it, and nobody loses one. */
export function AskSomebody({ approval, onClose }: { approval: ApprovalDetail; onClose: () => void }) {
  const candidates = useCandidates(approval.id);
  const act = useAct(approval.id);
  const [to, setTo] = useState<string>();
  const box = useRef<HTMLElement>(null);
  const isRead = candidates.data !== undefined;
  useEffect(() => {
    if (isRead) box.current?.querySelector('button')?.focus();
  }, [isRead]);
  const people = candidates.data?.filter(({ id }) => id !== approval.assigned?.id) ?? [];
  const ask = (person: string | null) => act.mutate({ verb: 'assign', body: { to: person } }, { onSuccess: onClose });
  if (candidates.data !== undefined && people.length === 0 && approval.assigned === null)
    return <p className="text-base text-ink-2">Nobody else may decide this: the rule names no other person.</p>;
  return (
    <section ref={box} aria-label="Ask somebody else" className="flex flex-col gap-3 rounded-control border border-line bg-sunken p-3">
      {people.length === 0 ? null : (
        <Field label="Who should decide" hint="Only people whom the rule lets decide. Others may decide as before.">
          <Select
            value={to}
            onChange={setTo}
            placeholder={candidates.isPending ? 'Reading…' : 'Choose a person'}
            options={people.map(({ id, name, email }) => ({ value: id, label: name, hint: email }))}
            className="w-full max-w-80"
          />
        </Field>
      )}
      <FormError error={act.error ?? candidates.error} />
      <div className="flex flex-wrap gap-2">
        {people.length === 0 ? null : (
          <Button
            size="sm"
            pending={act.isPending}
            disabledReason={to === undefined ? 'Choose a person first.' : null}
            onClick={() => to !== undefined && ask(to)}
          >
            Ask this person
          </Button>
        )}
        {approval.assigned === null ? null : (
          <Button size="sm" variant="quiet" pending={act.isPending} onClick={() => ask(null)}>
            Ask nobody in particular
          </Button>
        )}
        <Button size="sm" variant="ghost" onClick={onClose}>
          Back
        </Button>
      </div>
    </section>
  );
}
