'use client';

import { formatBytes, plural } from '@/components/shared/format';
import { InertText } from '@/components/shared/unverified-text';
import { Select } from '@/components/ui/select';
import { RESULT_BYTES_DEFAULT } from '@/lib/domain/result-flags';
import { SERVER_ASKS } from '@/lib/policy/document';
import { compose } from '@/lib/policy/edit/compose';
import { setValue } from '@/lib/policy/edit/set-value';
import { pointerTo } from '@/lib/policy/problem';
import type { BlockView } from './block-view';
import { type Step, useBuilder } from './builder-context';
import { ChipsEditor } from './chips-editor';
import { Lane } from './lane';
import { ruleCount } from './rows';
import { UnknownKeys } from './rule-card';
import { removeIfThere, setOrRemove } from './rule-edits';
import { StateControl } from './state-control';
import { ASK_WORDS, TARGET_KINDS, type TargetKind } from './target-rows';
import type { TargetView } from './target-view';
import { Token } from './token';

const PASSES = 'passes';
const KINDS = {
  resources: { about: 'what agents may read, by address', example: 'file:///docs/*' },
  prompts: { about: 'which prompts agents may get, by name', example: 'review_*' },
} as const;
const SIZES = [65_536, 262_144, 1_048_576, 4_194_304, 8_388_608, 16_777_216];

/** What the policy says of everything that is no tool call. */
export function BeyondTools() {
  return (
    <>
      <Targets kind="resources" />
      <Targets kind="prompts" />
      <ServerAsksLane />
      <Results />
    </>
  );
}

function Targets({ kind }: { kind: TargetKind }) {
  const builder = useBuilder();
  const view = builder.valid.view[kind];
  const { about, example } = KINDS[kind];
  const { title, one, every } = TARGET_KINDS[kind];
  const at = `/${kind}`;
  const setDefault = (value: string) => {
    if (value === PASSES) builder.edit((text) => removeIfThere(text, at), { undo: `Rules for ${kind} removed` });
    else builder.edit((text) => setValue(text, view === null ? at : `${at}/default`, view === null ? { default: value } : value));
  };
  return (
    <Lane title={title} about={about} empty="">
      {[
        <Select
          key="default"
          label={`${title} that no rule names`}
          size="sm"
          value={view === null ? PASSES : (view.default ?? undefined)}
          disabled={builder.inert}
          placeholder="not said"
          onChange={setDefault}
          options={[
            { value: PASSES, label: 'No rules', hint: `Every ${one} passes, and is recorded` },
            { value: 'deny', label: 'Denied unless listed', hint: 'Only what a rule names' },
            { value: 'allow', label: 'Allowed unless a rule refuses', hint: 'Everything that no rule refuses' },
          ]}
        />,
        ...(view === null ? [] : view.rules.map((rule) => <Rule key={rule.block.pointer} rule={rule} />)),
        ...(view === null ? [] : [<Every key="all" at={`${at}/all`} words={every} block={view.all} />]),
        ...(view === null
          ? []
          : [
              <Names
                key="rules"
                id={`${at}/rules`}
                what={`${title} with rules`}
                words={`+ ${one} rule`}
                start={view.rules.map((rule) => rule.name)}
                example={example}
                onTake={(names) => builder.edit(ruleSteps(at, view.rules, names), { undo: `Rules for ${kind} changed` })}
              />,
              <Names
                key="hide"
                id={`${at}/hide`}
                what={`Hidden ${kind}`}
                words={view.hide.length === 0 ? `+ hidden ${kind}` : `Hidden: ${view.hide.join(', ')}`}
                start={view.hide}
                example={example}
                onTake={(names) => builder.edit(setOrRemove(`${at}/hide`, names.length === 0 ? null : names))}
              />,
              ...(view.unknown.length > 0 ? [<UnknownKeys key="unknown" keys={view.unknown} />] : []),
            ]),
      ]}
    </Lane>
  );
}

/** Rules for these names and no others; those that stay keep their text. */
function ruleSteps(at: string, rules: readonly TargetView[], names: readonly string[]): Step {
  const gone = rules.filter((rule) => !names.includes(rule.name)).map((rule) => (text: string) => removeIfThere(text, rule.block.pointer));
  const added = names
    .filter((name) => !rules.some((rule) => rule.name === name))
    .map((name) => (text: string) => setValue(text, pointerTo(`${at}/rules`, name), {}));
  return (text) => compose(text, ...gone, ...added);
}

interface NamesProps {
  id: string;
  what: string;
  words: string;
  start: readonly string[];
  example: string;
  onTake: (names: string[]) => void;
}

function Names({ id, what, words, start, example, onTake }: NamesProps) {
  return (
    <Token id={id} what={what} look="empty" words={words}>
      {(close) => (
        <ChipsEditor
          label="Names and patterns"
          hint={`${example} is everything that begins so; * stands for any characters.`}
          start={start}
          check={(names) => (names.every((name) => name.length <= 2000) ? null : 'That is too long.')}
          onTake={(names) => {
            close();
            onTake(names);
          }}
        />
      )}
    </Token>
  );
}

/** One rule: allowed or denied, and the way to what else it says. */
function Rule({ rule: { name, block } }: { rule: TargetView }) {
  const builder = useBuilder();
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <code className="font-mono text-meta [overflow-wrap:anywhere]">
        <InertText text={name} max={200} />
      </code>
      <StateControl
        label={`State of ${name}`}
        value={stateOf(block)}
        options={['allow', 'deny']}
        disabled={builder.inert || block.odd}
        onChange={(choice) => builder.edit(setOrRemove(`${block.pointer}/action`, choice === 'deny' ? 'deny' : null))}
      />
      <RulesOf block={block} what={name} />
    </div>
  );
}

const stateOf = (block: BlockView): 'allow' | 'deny' | null => (block.odd ? null : block.action === 'deny' ? 'deny' : 'allow');

/** The rules for all of them, which may still have to be begun. */
function Every({ at, words, block }: { at: string; words: string; block: BlockView | null }) {
  const builder = useBuilder();
  if (block === null && builder.inert) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3">
      <span>{words}</span>
      {block === null ? (
        <button type="button" className={LINK} onClick={() => builder.edit((text) => setValue(text, at, {}), { select: at })}>
          + rules
        </button>
      ) : (
        <RulesOf block={block} what={words} />
      )}
    </div>
  );
}

const LINK = 'min-h-6 text-meta text-accent hover:underline';

/** Opens the conditions and limits of a block. */
function RulesOf({ block, what }: { block: BlockView; what: string }) {
  const builder = useBuilder();
  const rules = ruleCount(block);
  return (
    <button type="button" className={LINK} onClick={() => builder.select(block.pointer)}>
      {rules === 0 ? (builder.inert ? 'no rules' : '+ conditions and limits') : plural(rules, 'rule')}
      <span className="sr-only"> of {what}</span>
    </button>
  );
}

function ServerAsksLane() {
  const builder = useBuilder();
  const view = builder.valid.view.server;
  return (
    <Lane title="The server may ask for" about="what a server may ask of the client in the middle of its work" empty="">
      {[
        ...SERVER_ASKS.map((ask) => {
          const rule = view?.[ask] ?? null;
          const at = `/server/${ask}`;
          return (
            <div key={ask} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="min-w-40">{ASK_WORDS[ask]}</span>
              <StateControl
                label={ASK_WORDS[ask]}
                value={rule === null ? 'inherit' : stateOf(rule)}
                options={['inherit', 'allow', 'deny']}
                disabled={builder.inert || rule?.odd === true}
                onChange={(choice) => {
                  if (choice === 'inherit') builder.edit((text) => removeIfThere(text, at), { undo: 'Rule removed' });
                  else if (choice === 'deny') builder.edit((text) => setValue(text, `${at}/action`, 'deny'));
                  else if (rule === null) builder.edit((text) => setValue(text, at, {}));
                  else builder.edit((text) => removeIfThere(text, `${at}/action`));
                }}
              />
              {rule === null ? null : <RulesOf block={rule} what={ASK_WORDS[ask]} />}
            </div>
          );
        }),
        <Select
          key="default"
          label="Whatever inherits"
          size="sm"
          value={view?.default ?? 'allow'}
          disabled={builder.inert}
          onChange={(value) => builder.edit(setOrRemove('/server/default', value === 'allow' ? null : value))}
          options={[
            { value: 'allow', label: 'Inherit: allowed', hint: 'As when left out' },
            { value: 'deny', label: 'Inherit: denied', hint: 'Only what is allowed above' },
          ]}
        />,
        ...(view !== null && view.unknown.length > 0 ? [<UnknownKeys key="unknown" keys={view.unknown} />] : []),
      ]}
    </Lane>
  );
}

function Results() {
  const builder = useBuilder();
  const view = builder.valid.view.results;
  const bytes = view?.max_bytes ?? RESULT_BYTES_DEFAULT;
  const choose = (key: string, plain: string) => (value: string) =>
    builder.edit(setOrRemove(`/results/${key}`, value === plain ? null : value));
  return (
    <Lane title="Results" about="what happens to answers on their way to the client; secrets of this server are always taken out" empty="">
      {[
        <Select
          key="max_bytes"
          label="Largest answer"
          size="sm"
          value={String(bytes)}
          disabled={builder.inert}
          onChange={(value) =>
            builder.edit(setOrRemove('/results/max_bytes', Number(value) === RESULT_BYTES_DEFAULT ? null : Number(value)))
          }
          options={[...new Set([...SIZES, bytes])]
            .sort((a, b) => a - b)
            .map((size) => ({
              value: String(size),
              label: `At most ${formatBytes(size)}`,
              hint: size === RESULT_BYTES_DEFAULT ? 'As when left out' : undefined,
            }))}
        />,
        <Select
          key="control"
          label="Control characters"
          size="sm"
          value={view?.control ?? 'pass'}
          disabled={builder.inert}
          onChange={choose('control', 'pass')}
          options={[
            { value: 'pass', label: 'Control characters pass', hint: 'As when left out; the record notes them' },
            { value: 'strip', label: 'Control characters are taken out', hint: 'Terminal sequences as a whole' },
            { value: 'show', label: 'Control characters are made visible' },
          ]}
        />,
        <Select
          key="schema"
          label="Output schema"
          size="sm"
          value={view?.schema ?? 'off'}
          disabled={builder.inert}
          onChange={choose('schema', 'off')}
          options={[
            { value: 'off', label: 'Output schema is not checked', hint: 'As when left out' },
            { value: 'flag', label: 'Wrong structure is noted', hint: 'In the record of the call' },
            { value: 'block', label: 'Wrong structure is withheld', hint: 'The agent reads why' },
          ]}
        />,
        ...(view !== null && view.unknown.length > 0 ? [<UnknownKeys key="unknown" keys={view.unknown} />] : []),
      ]}
    </Lane>
  );
}
