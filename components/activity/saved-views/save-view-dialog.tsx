'use client';

import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldError } from '@/components/shared/api/client';
import type { SavedView } from '@/components/shared/api/wire';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

interface SaveViewDialogProps {
  query: string;
  save: UseMutationResult<SavedView, Error, { name: string; query: string; shared: boolean }>;
  /** Why this person may not share; null when they may. */
  refusal: string | null;
  onClose: () => void;
}

export function SaveViewDialog({ query, save, refusal, onClose }: SaveViewDialogProps) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const submit = () => save.mutate({ name: name.trim(), query, shared }, { onSuccess: onClose });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      width="sm"
      title="Save view"
      description="Filters, time range and columns under a name. Relative times stay relative."
      footer={
        <>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" pending={save.isPending} disabledReason={name.trim() ? null : 'Give it a name'} onClick={submit}>
            Save view
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) submit();
        }}
      >
        <Field label="Name" error={save.error ? (fieldError(save.error, 'name') ? save.error.message : null) : null}>
          <Input value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Checkbox
          checked={shared}
          onChange={setShared}
          disabled={refusal !== null}
          label="Share with everybody"
          hint={refusal ?? 'Whoever may read sees it in this menu.'}
        />
        {save.error && !fieldError(save.error, 'name') ? (
          <p role="alert" className="text-denied">
            {save.error.message}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
