'use client';

import { WordPicker } from '@/components/shared/word-picker';
import { Switch } from '@/components/ui/checkbox';
import { compose } from '@/lib/policy/edit/compose';
import { setValue } from '@/lib/policy/edit/set-value';
import type { PathOption } from './argument-paths';
import type { BlockView } from './block-view';
import { type EditOptions, type Step, useBuilder } from './builder-context';
import { PathsEditor } from './condition-line';
import { Lane } from './lane';
import { PathPicker } from './path-picker';
import type { Row } from './rows';
import { removeIfThere, setOrRemove } from './rule-edits';
import { listUnchanged } from './state-edits';
import { isForEvery } from './target-rows';
import { Token } from './token';
import { pathWords } from './value-words';

/** What is no step of the decision: what the tool runs, what is never stored, and whether its rules only observe. */
export function BlockExtras({ row, block, declared }: { row: Row; block: BlockView; declared: readonly PathOption[] }) {
  const builder = useBuilder();
  const { pointer } = row;
  const put = usePut(row);
  return (
    <>
      <Lane title="Never stored or shown" about="values at these paths are redacted everywhere" empty="">
        {[
          <Token
            key="redact"
            id={`${pointer}/redact`}
            what="Redacted"
            look={block.redact.length === 0 ? 'empty' : 'value'}
            words={block.redact.length === 0 ? '+ redacted arguments' : block.redact.join(', ')}
          >
            {(close) => (
              <PathsEditor
                start={block.redact}
                declared={declared}
                onTake={(paths) => {
                  close();
                  put(setOrRemove(`${pointer}/redact`, paths.length === 0 ? null : paths));
                }}
              />
            )}
          </Token>,
        ]}
      </Lane>
      {row.kind === 'tool' || row.kind === 'pattern' ? <DispatchLane row={row} block={block} declared={declared} /> : null}
      {row.kind === 'every' || isForEvery(row.pointer) ? null : (
        <Lane title="Mode" about="observing decides and records, and lets the call pass" empty="">
          {[
            <Token
              key="mode"
              id={`${pointer}/mode`}
              what="Mode"
              look="word"
              words={block.mode === null ? `as the policy (${builder.valid.view.mode ?? 'enforce'})` : block.mode}
            >
              {(close) => (
                <WordPicker
                  label="Mode"
                  value={block.mode}
                  words={['enforce', 'observe']}
                  shown={(word) => (word === 'enforce' ? 'Enforce, whatever the policy does' : 'Observe only')}
                  empty="As the policy"
                  onTake={(mode) => {
                    close();
                    put(setOrRemove(`${pointer}/mode`, mode));
                  }}
                />
              )}
            </Token>,
          ]}
        </Lane>
      )}
    </>
  );
}

/** Writes about a row that may have no block yet, without changing what is decided of it. */
function usePut(row: Row) {
  const builder = useBuilder();
  return (step: Step, options: EditOptions = {}) =>
    builder.edit((text) => compose(text, ...listUnchanged(row, builder.valid.view.default), step), options);
}

function DispatchLane({ row, block, declared }: { row: Row; block: BlockView; declared: readonly PathOption[] }) {
  const builder = useBuilder();
  const put = usePut(row);
  const pointer = `${row.pointer}/dispatch`;
  const { dispatch } = block;
  const texts = declared.filter((option) => option.kind === 'string' || option.kind === 'enum' || option.kind === 'unknown');
  const objects = declared.filter((option) => option.kind === 'object' || option.kind === 'unknown');
  const detected = builder.tools.get(row.name)?.dispatch ?? null;
  return (
    <Lane
      title="Runs other tools"
      about="the tool it runs is decided too, and the stricter outcome wins"
      empty={
        detected === null
          ? 'It runs no other tool.'
          : `Detected: it runs the tool named in ${pathWords(detected.tool)}${detected.arguments === null ? '' : ` with ${pathWords(detected.arguments)}`}.`
      }
      add={
        dispatch === null
          ? [
              {
                label: 'It runs the tool named in an argument',
                run: () =>
                  void put(
                    (text) =>
                      setValue(text, pointer, {
                        tool: detected?.tool ?? texts[0]?.path ?? 'args.tool_name',
                        ...(objects[0] ? { arguments: detected?.arguments ?? objects[0].path } : {}),
                      }),
                    { open: `${pointer}/tool` },
                  ),
              },
              ...(detected === null ? [] : [{ label: 'It runs none', run: () => void put((text) => setValue(text, pointer, false)) }]),
            ]
          : []
      }
    >
      {dispatch === false
        ? [
            <div key="none" className="max-w-md">
              <Switch
                checked
                disabled={builder.inert}
                label="It runs no other tool, whatever was detected"
                onChange={() => builder.edit((text) => removeIfThere(text, pointer))}
              />
            </div>,
          ]
        : dispatch === null
          ? []
          : [
              <span key="dispatch" className="inline-flex flex-wrap items-center gap-1">
                <span className="text-ink-2">It runs the tool named in</span>
                <Token
                  id={`${pointer}/tool`}
                  what="Tool name"
                  look="path"
                  words={pathWords(dispatch.tool)}
                  editorClassName="p-0 overflow-hidden"
                >
                  {(close) => (
                    <PathPicker
                      value={dispatch.tool}
                      declared={texts}
                      argumentsOnly
                      onPick={(path) => {
                        close();
                        builder.edit((text) => setValue(text, `${pointer}/tool`, path));
                      }}
                    />
                  )}
                </Token>
                <span className="text-ink-2">with the arguments in</span>
                <Token
                  id={`${pointer}/arguments`}
                  what="Inner arguments"
                  look={dispatch.arguments === null ? 'empty' : 'path'}
                  words={dispatch.arguments === null ? 'cannot be told' : pathWords(dispatch.arguments)}
                  editorClassName="p-0 overflow-hidden"
                >
                  {(close) => (
                    <PathPicker
                      value={dispatch.arguments}
                      declared={objects}
                      argumentsOnly
                      onPick={(path) => {
                        close();
                        builder.edit((text) => setValue(text, `${pointer}/arguments`, path));
                      }}
                    />
                  )}
                </Token>
                {builder.inert ? null : (
                  <button
                    type="button"
                    className="min-h-6 px-1 text-accent underline-offset-2 hover:underline"
                    onClick={() => builder.edit((text) => removeIfThere(text, pointer), { undo: 'Dispatch removed' })}
                  >
                    Remove
                  </button>
                )}
              </span>,
            ]}
    </Lane>
  );
}
