'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { plural } from '@/components/shared/format';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { setValue } from '@/lib/policy/edit/set-value';
import { compileNameGlob, isGlob } from '@/lib/policy/glob';
import { pointerTo } from '@/lib/policy/problem';
import { useBuilder } from './builder-context';

/** A row for a pattern, or for a tool that the server does not list yet. */
export function NewPattern() {
  const builder = useBuilder();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const typed = name.trim();
  if (builder.inert) return null;
  const covers = typed === '' ? 0 : [...builder.tools.keys()].filter(compileNameGlob(typed)).length;
  const mistake =
    typed.length > 200
      ? 'A name has at most 200 characters.'
      : builder.valid.view.tools.has(typed)
        ? 'The policy has this name already.'
        : null;
  return (
    <Popover
      label="Add a pattern or a tool"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="sm" variant="ghost" className="px-1">
          <Plus aria-hidden className="size-3.5" />
          Pattern
        </Button>
      }
    >
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === '' || mistake !== null) return;
          const pointer = pointerTo('/tools', typed);
          if (builder.edit((text) => setValue(text, pointer, {}), { select: pointer })) {
            setOpen(false);
            setName('');
          }
        }}
      >
        <Field label="Pattern or name" hint="* stands for any characters: get_* is every tool that starts with get_." error={mistake}>
          <Input autoFocus className="font-mono" value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <p role="status" className="text-meta text-ink-3">
          {typed === ''
            ? ''
            : isGlob(typed)
              ? `covers ${plural(covers, 'tool')}; exact names and longer patterns go before it`
              : covers > 0
                ? 'a tool of this server'
                : 'no tool of this server is called so'}
        </p>
        <Button type="submit" size="sm" variant="primary" className="self-end" disabledReason={typed === '' ? 'Type a name' : mistake}>
          Add
        </Button>
      </form>
    </Popover>
  );
}
