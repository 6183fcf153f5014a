'use client';

import { Command } from 'cmdk';
import { Asterisk, Braces, Calendar, CircleHelp, Folder, Globe, Hash, List, ListChecks, Network, ToggleLeft, Type } from 'lucide-react';
import { type ComponentType, useState } from 'react';
import { InertText } from '@/components/shared/unverified-text';
import { isPathMistake, parsePath } from '@/lib/policy/path';
import { type ArgumentKind, CONTEXT_PATHS, type PathOption } from './argument-paths';

const ICONS: Record<ArgumentKind, ComponentType<{ className?: string }>> = {
  enum: ListChecks,
  boolean: ToggleLeft,
  number: Hash,
  string: Type,
  time: Calendar,
  uri: Globe,
  address: Network,
  file: Folder,
  array: List,
  object: Braces,
  unknown: CircleHelp,
};
const groupLooks =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3';

interface PathPickerProps {
  value: string | null;
  declared: readonly PathOption[];
  onPick: (path: string) => void;
  /** Only arguments: for amounts, scopes and dispatchers. */
  argumentsOnly?: boolean;
  /** `[*]` and `**` are understood too. */
  deep?: boolean;
}

/** The tool's arguments as a searchable tree, then what else a rule can look at; anything else can be typed. */
export function PathPicker({ value, declared, onPick, argumentsOnly = false, deep = false }: PathPickerProps) {
  const [text, setText] = useState('');
  const typed = text.trim();
  const free = typed === '' ? null : typedPath(typed, deep, argumentsOnly);
  const known = declared.some((option) => option.path === free?.path) || CONTEXT_PATHS.some((option) => option.path === free?.path);
  return (
    <Command label="Choose what is looked at" className="flex w-[min(420px,88vw)] flex-col">
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={value ?? 'Search, or type a path such as args.items[*].price'}
        className="h-10 w-full border-line border-b bg-transparent px-3 text-base text-ink outline-none"
      />
      <Command.List className="max-h-72 overflow-y-auto p-1">
        <Command.Empty className="px-2 py-3 text-ink-3">{free?.mistake ?? 'No argument is called that.'}</Command.Empty>
        {free?.path && !known ? (
          <Command.Group heading="As typed" className={groupLooks} forceMount>
            <Command.Item
              forceMount
              value={`typed ${free.path}`}
              onSelect={() => onPick(free.path ?? '')}
              className="rounded-[5px] px-2 py-1.5 data-[selected=true]:bg-selected"
            >
              <span className="font-mono">{free.path}</span> <span className="text-meta text-ink-3">not declared by the tool</span>
            </Command.Item>
          </Command.Group>
        ) : null}
        {declared.length > 0 ? (
          <Command.Group heading="Arguments" className={groupLooks}>
            {declared.map((option) => (
              <Option key={option.path} option={option} current={option.path === value} onPick={onPick} />
            ))}
          </Command.Group>
        ) : null}
        {argumentsOnly ? null : (
          <Command.Group heading="About the call" className={groupLooks}>
            <Option option={ALL_ARGUMENTS} current={value === 'args'} onPick={onPick} />
            {CONTEXT_PATHS.map((option) => (
              <Option key={option.path} option={option} current={option.path === value} onPick={onPick} />
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}

const ALL_ARGUMENTS: PathOption = {
  path: 'args',
  kind: 'object',
  type: 'object',
  required: true,
  description: 'All arguments together, for example to check them against the schema',
  choices: null,
  minimum: null,
  maximum: null,
  integer: false,
  depth: 1,
};

function Option({ option, current, onPick }: { option: PathOption; current: boolean; onPick: (path: string) => void }) {
  const Icon = ICONS[option.kind];
  return (
    <Command.Item
      value={`${option.path} ${option.description ?? ''}`}
      onSelect={() => onPick(option.path)}
      className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-2 rounded-[5px] px-2 py-1 data-[selected=true]:bg-selected"
    >
      <Icon className="size-3.5 text-ink-3" />
      <span className="min-w-0 truncate font-mono" style={{ paddingLeft: Math.max(0, option.depth - 1) * 12 }}>
        {option.path.startsWith('args.') ? option.path.slice(5) : option.path}
        {option.required && option.path.startsWith('args') ? (
          <Asterisk aria-label="required" className="ml-0.5 inline size-3 text-ink-3" />
        ) : null}
      </span>
      <span className="text-meta text-ink-3">{current ? 'current' : option.type}</span>
      {option.description ? (
        <span className="col-start-2 col-end-4 truncate text-meta text-ink-3">
          <InertText text={option.description} max={110} />
        </span>
      ) : null}
    </Command.Item>
  );
}

/** `amount` means `args.amount`; what no path can be says why. */
function typedPath(typed: string, deep: boolean, argumentsOnly: boolean): { path: string | null; mistake?: string } {
  for (const text of /^(args|tool|agent|grant|client|time|server)\b/.test(typed) ? [typed] : [`args.${typed}`, typed]) {
    const path = parsePath(text);
    if (isPathMistake(path)) continue;
    if (path.deep && !deep) return { path: null, mistake: '`**` is for redaction only.' };
    if (argumentsOnly && path.root !== 'args') return { path: null, mistake: 'Only arguments can be used here.' };
    return { path: text };
  }
  const tried = parsePath(typed);
  return { path: null, mistake: isPathMistake(tried) ? `${tried.mistake} ${tried.hint ?? ''}` : undefined };
}
