'use client';

import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { nameMistake } from './test-edits';

interface RenameTestProps {
  name: string;
  others: readonly string[];
  refusal: string | null;
  onRename: (name: string) => void;
}

/** Gives a test another name; failures are told by it. */
export function RenameTest({ name, others, refusal, onRename }: RenameTestProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(name);
  const mistake = nameMistake(typed.trim(), others);
  return (
    <Popover
      label="Rename test"
      open={open}
      onOpenChange={(next) => {
        if (next) setTyped(name);
        setOpen(next);
      }}
      align="end"
      className="w-[min(380px,92vw)]"
      trigger={
        <Button size="icon" variant="ghost" label="Rename test" disabledReason={refusal}>
          <Pencil aria-hidden className="size-3.5" />
        </Button>
      }
    >
      <form
        className="flex flex-col gap-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          if (mistake !== null) return;
          onRename(typed.trim());
          setOpen(false);
        }}
      >
        <Field label="Name" error={mistake}>
          <Input autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />
        </Field>
        <Button type="submit" variant="primary" size="sm" className="self-end" disabledReason={mistake}>
          Rename
        </Button>
      </form>
    </Popover>
  );
}
