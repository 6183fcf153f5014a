'use client';

import { Check, X } from 'lucide-react';
import { WordPicker } from '@/components/shared/word-picker';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { timeZoneNames } from '@/lib/kernel/zoned-time';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { optionFor, type PathOption } from './argument-paths';
import type { ConditionView, RuleView } from './block-view';
import { useBuilder } from './builder-context';
import { ChipsEditor } from './chips-editor';
import { JsonToken } from './json-token';
import { PathPicker } from './path-picker';
import { makeBetween, setOrRemove, takeLiteral, takeOperator, takePath } from './rule-edits';
import { Token } from './token';
import { currentChoice, type OperatorChoice, operatorMenu } from './typed-operators';
import { ValueEditor } from './value-editor';
import { pathWords, valueWords } from './value-words';

interface ConditionLineProps {
  condition: ConditionView;
  declared: readonly PathOption[];
  /** The rule it belongs to; none inside an approval. */
  rule?: RuleView;
  /** Offered where the condition can go without its rule. */
  removable: boolean;
}

/** `amount` `is more than` `500`: three tokens, each with its own editor. */
export function ConditionLine({ condition, declared, rule, removable }: ConditionLineProps) {
  const builder = useBuilder();
  const { pointer } = condition;
  const option = optionFor(condition.path, declared);
  const entry = currentChoice(condition.op, condition.value, option);
  const outside = flagsOf(condition, option, declared);
  if (condition.odd !== null) return <JsonToken pointer={pointer} literal={condition.odd} what="Condition" />;
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-1">
      <Token
        id={`${pointer}/path`}
        what="Looked at"
        look={condition.path === null ? 'empty' : 'path'}
        words={pathWords(condition.path)}
        flagged={outside.path}
        editorClassName="p-0 overflow-hidden"
      >
        {(close) => (
          <PathPicker
            value={condition.path}
            declared={declared}
            onPick={(path) => {
              close();
              if (path !== condition.path) builder.edit(takePath(condition, optionFor(path, declared)));
            }}
          />
        )}
      </Token>
      <Token
        id={`${pointer}/op`}
        what="Operator"
        look={entry === null ? 'empty' : 'word'}
        words={entry?.words ?? 'choose how'}
        editorClassName="p-1"
      >
        {(close) => (
          <OperatorList
            option={option}
            current={entry}
            onPick={(next) => {
              close();
              builder.edit(takeOperator(condition, next, option), next.value === 'none' ? {} : { open: `${pointer}/value` });
            }}
            onBetween={
              rule !== undefined && option.kind === 'number'
                ? () => {
                    close();
                    builder.edit(makeBetween(rule, condition, option));
                  }
                : undefined
            }
          />
        )}
      </Token>
      {entry !== null && entry.value !== 'none' ? (
        <Token
          id={`${pointer}/value`}
          what="Value"
          look={condition.value === undefined ? 'empty' : 'value'}
          words={valueWords(condition)}
          flagged={outside.value}
        >
          {(close) => (
            <ValueEditor
              entry={entry}
              option={option}
              value={condition.value}
              literal={condition.literal}
              declared={declared}
              onTake={(literal) => {
                close();
                if (literal !== condition.literal) builder.edit(takeLiteral(`${pointer}/value`, literal));
              }}
            />
          )}
        </Token>
      ) : null}
      {condition.path?.startsWith('time.') ? (
        <Token
          id={`${pointer}/timezone`}
          what="Time zone"
          look="word"
          words={condition.timezone === null ? "in the policy's zone" : `in ${condition.timezone}`}
        >
          {(close) => (
            <WordPicker
              label="Time zone"
              value={condition.timezone}
              words={TIMEZONES}
              empty="The policy's own"
              onTake={(zone) => {
                close();
                builder.edit(setOrRemove(`${pointer}/timezone`, zone));
              }}
            />
          )}
        </Token>
      ) : null}
      {removable && !builder.inert ? (
        <Button
          size="icon"
          variant="ghost"
          label="Remove condition"
          className="size-6"
          onClick={() => builder.edit((text) => removeAt(text, pointer), { undo: 'Condition removed' })}
        >
          <X aria-hidden className="size-3.5" />
        </Button>
      ) : null}
    </span>
  );
}

export const TIMEZONES: readonly string[] = timeZoneNames();

/** What the schema does not know: an argument that is not declared, a value outside of the enum. */
function flagsOf(condition: ConditionView, option: PathOption, declared: readonly PathOption[]) {
  const isArgument = condition.path?.startsWith('args.') ?? false;
  const listed = (value: unknown) => option.choices?.some((choice) => JSON.stringify(choice) === JSON.stringify(value)) ?? true;
  const values = Array.isArray(condition.value) ? condition.value : condition.value === undefined ? [] : [condition.value];
  const compares = condition.op === 'eq' || condition.op === 'neq' || condition.op === 'in' || condition.op === 'not_in';
  return {
    path: isArgument && declared.length > 0 && option.type === 'untyped' && !condition.path?.includes('['),
    value: compares && option.kind === 'enum' && condition.path !== 'time.weekday' && !values.every(listed),
  };
}

function OperatorList({
  option,
  current,
  onPick,
  onBetween,
}: {
  option: PathOption;
  current: OperatorChoice | null;
  onPick: (entry: OperatorChoice) => void;
  onBetween?: () => void;
}) {
  const menu = operatorMenu(option);
  const row = (entry: OperatorChoice, words = entry.words, act = () => onPick(entry)) => (
    <button
      key={`${entry.id} ${words}`}
      type="button"
      role="option"
      aria-selected={current?.id === entry.id && words === entry.words}
      onClick={act}
      className="flex min-h-7 w-full items-center gap-2 rounded-[5px] px-2 text-left hover:bg-hover focus:bg-selected"
    >
      <Check
        aria-hidden
        className={cn('size-3.5 shrink-0 text-accent', !(current?.id === entry.id && words === entry.words) && 'invisible')}
      />
      {words}
    </button>
  );
  const between = menu.fitting.find((entry) => entry.op === 'gte');
  return (
    <div
      role="listbox"
      aria-label="Operators"
      tabIndex={-1}
      className="flex max-h-80 min-w-60 flex-col overflow-y-auto"
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
        event.preventDefault();
        const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=option]')];
        const at = rows.indexOf(document.activeElement as HTMLElement);
        rows[(at + (event.key === 'ArrowDown' ? 1 : -1) + rows.length) % rows.length]?.focus();
      }}
    >
      {menu.fitting.map((entry) => row(entry))}
      {onBetween && between ? row(between, 'is between', onBetween) : null}
      <p className="mt-1 border-line-soft border-t px-2 pt-2 pb-1 text-meta text-ink-3">
        {option.type === 'untyped' ? 'All operators' : `Less usual for ${option.choices ? 'a choice' : option.type}`}
      </p>
      {menu.others.map((entry) => row(entry))}
    </div>
  );
}

/** Redaction paths and the like: a list of paths below the arguments. */
export function PathsEditor({
  start,
  declared,
  onTake,
}: {
  start: readonly string[];
  declared: readonly PathOption[];
  onTake: (paths: string[]) => void;
}) {
  return (
    <ChipsEditor
      label="Paths"
      hint="For example args.card.number, or args.**.password at any depth."
      start={start}
      suggestions={declared.map((option) => option.path)}
      onTake={onTake}
    />
  );
}
