'use client';

import { CopyPlus, Ellipsis, MessageSquareText, Plus, Tag, Trash2 } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { Menu, MenuChoice, MenuItem, MenuRule } from '@/components/ui/menu';
import { duplicateItem } from '@/lib/policy/edit/duplicate-item';
import { noteOf } from '@/lib/policy/edit/note-of';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { setNote } from '@/lib/policy/edit/set-note';
import { problemsAt, type Step, useBuilder } from './builder-context';
import { ProblemLines } from './problem-lines';
import { setOrRemove } from './rule-edits';
import { SentenceToken } from './sentence-token';
import type { UnknownKey } from './syntax';

interface RuleMode {
  /** null: as the block it stands in. */
  readonly value: string | null;
  readonly write: (mode: string | null) => Step;
}

const MODES = [
  { value: '', label: 'As its tool' },
  { value: 'observe', label: 'Only observe' },
  { value: 'enforce', label: 'Always enforce' },
];

interface RuleCardProps {
  pointer: string;
  /** What it is, for names and toasts: `Requirement`, `Limit`. */
  what: string;
  /** Its `mode` and how another one is written; none where it has no mode of its own. */
  mode?: RuleMode;
  unknown?: readonly UnknownKey[];
  /** Stands in a list, so that it can be repeated. */
  listed: boolean;
  name?: string | null;
  onAddCondition?: () => void;
  children: ReactNode;
  message?: ReactNode;
}

/** The frame of one rule: note above, its sentence, message, problems, and what can be done with it. */
export function RuleCard({ pointer, what, mode, unknown = [], listed, name, onAddCondition, children, message }: RuleCardProps) {
  const builder = useBuilder();
  const { inert, selection, valid } = builder;
  const card = useRef<HTMLDivElement>(null);
  const problems = problemsAt(builder.problems, pointer);
  const selected = selection.pointer === pointer || selection.pointer.startsWith(`${pointer}/`);
  const observed = mode?.value === 'observe';
  const note = noteAt(valid.text, pointer);
  useEffect(() => {
    if (selected && selection.from === 'json') card.current?.scrollIntoView({ block: 'nearest' });
  }, [selected, selection.from]);
  const remove = () => builder.edit((text) => removeAt(text, pointer), { undo: `${what} deleted`, select: parentOf(pointer) });
  const duplicate = () => builder.edit((text) => duplicateItem(text, pointer));
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    // Events of the editors bubble through React, although they are elsewhere in the page.
    if (inert || !event.currentTarget.contains(target)) return;
    if (event.key === 'Delete' || (event.key === 'Backspace' && (event.metaKey || event.ctrlKey))) {
      event.preventDefault();
      remove();
    } else if (listed && event.key.toLowerCase() === 'd' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      duplicate();
    }
  };
  return (
    <div
      ref={card}
      role="group"
      aria-label={name ?? what}
      data-rule={pointer}
      onKeyDown={onKeyDown}
      onFocus={() => {
        if (!selected) builder.select(pointer);
      }}
      onClick={() => {
        if (!selected) builder.select(pointer);
      }}
      className={cn(
        'group/card relative rounded-control border px-2.5 py-1.5 transition-colors',
        selected ? 'border-accent' : 'border-line',
        observed && 'border-dashed',
      )}
    >
      {note === null ? null : (
        <SentenceToken
          id={`${pointer}/note`}
          what="Note"
          value={note}
          empty=""
          words={(text) => <span className="text-meta italic">{text}</span>}
          write={(text) => (now) => setNote(now, pointer, text)}
        />
      )}
      <div className="flex items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-1 gap-y-1">
          {name ? <span className="mr-1 rounded-[4px] bg-sunken px-1.5 text-meta leading-5 text-ink-2">{name}</span> : null}
          {children}
        </div>
        {inert ? null : (
          <Menu
            trigger={
              <Button size="icon" variant="ghost" aria-label={`${what}: more`} className="size-6 shrink-0">
                <Ellipsis aria-hidden className="size-4" />
              </Button>
            }
          >
            {onAddCondition ? (
              <MenuItem icon={<Plus />} onSelect={onAddCondition}>
                And another condition
              </MenuItem>
            ) : null}
            {listed ? (
              <MenuItem icon={<CopyPlus />} onSelect={duplicate}>
                Duplicate <span className="text-meta text-ink-3">Ctrl D</span>
              </MenuItem>
            ) : null}
            {note === null ? (
              <MenuItem
                icon={<MessageSquareText />}
                onSelect={() => builder.edit((text) => setNote(text, pointer, 'Note'), { open: `${pointer}/note` })}
              >
                Add note
              </MenuItem>
            ) : null}
            {name === null ? (
              <MenuItem icon={<Tag />} onSelect={() => builder.edit(setOrRemove(`${pointer}/name`, 'Name'), { open: `${pointer}/name` })}>
                Add name
              </MenuItem>
            ) : null}
            {mode === undefined ? null : (
              <>
                <MenuRule />
                <MenuChoice
                  label="Mode of this rule"
                  value={mode.value ?? ''}
                  options={MODES}
                  onChange={(next) => builder.edit(mode.write(next === '' ? null : next))}
                />
              </>
            )}
            <MenuRule />
            <MenuItem icon={<Trash2 />} destructive onSelect={remove}>
              Delete <span className="text-meta text-ink-3">Del</span>
            </MenuItem>
          </Menu>
        )}
      </div>
      <div className="mt-0.5 flex flex-wrap items-center gap-x-2 text-meta">
        {message}
        {observed ? <span className="rounded-[4px] border border-control border-dashed px-1.5 text-ink-2">only observes</span> : null}
        {mode?.value === 'enforce' ? <span className="rounded-[4px] border border-control px-1.5 text-ink-2">always enforced</span> : null}
        {name ? (
          <SentenceToken
            id={`${pointer}/name`}
            what="Name"
            value={name}
            empty="+ name"
            words={() => <span className="text-meta text-ink-3">rename</span>}
            write={(text) => setOrRemove(`${pointer}/name`, text)}
          />
        ) : null}
      </div>
      <UnknownKeys keys={unknown} />
      <ProblemLines problems={problems} />
    </div>
  );
}

/** What the language does not know stays byte for byte, and is shown. */
export function UnknownKeys({ keys }: { keys: readonly UnknownKey[] }) {
  if (keys.length === 0) return null;
  return (
    <ul className="mt-1 flex flex-wrap gap-1.5">
      {keys.map((key) => (
        <li
          key={key.pointer}
          title={key.literal.slice(0, 300)}
          className={cn(
            'rounded-[4px] border border-dashed px-1.5 font-mono text-meta',
            key.own ? 'border-line text-ink-2' : 'border-denied text-denied',
          )}
        >
          {key.own ? `${key.key}: ${key.literal.slice(0, 40)}` : `unrecognised ${key.key}`}
        </li>
      ))}
    </ul>
  );
}

function parentOf(pointer: string): string {
  const parts = pointer.split('/');
  // Of `/tools/a/require/0` the block stays; of `/tools/a/approval` too.
  return parts.slice(0, parts[1] === 'all_tools' ? 2 : 3).join('/');
}

function noteAt(text: string, pointer: string): string | null {
  try {
    return noteOf(text, pointer);
  } catch {
    return null;
  }
}
