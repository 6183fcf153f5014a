'use client';

import { WordPicker } from '@/components/shared/word-picker';
import { normalWindow, WINDOW_UNITS } from '@/lib/policy/duration';
import { compose } from '@/lib/policy/edit/compose';
import { setValue } from '@/lib/policy/edit/set-value';
import { windowWords } from '@/lib/policy/explain/words';
import { AgentMessage } from './agent-message';
import { rateToLimit, setLimit } from './approval-edits';
import type { PathOption } from './argument-paths';
import type { BlockView, LimitView } from './block-view';
import { useBuilder } from './builder-context';
import { JsonToken } from './json-token';
import { LineEditor } from './line-editor';
import { PathPicker } from './path-picker';
import { RuleCard } from './rule-card';
import { removeIfThere } from './rule-edits';
import { Token } from './token';
import { limitScopeWords, pathWords } from './value-words';

const SCOPES = ['grant', 'agent', 'owner', 'session', 'server', 'policy'];

/** `At most 30 calls per minute for each grant, counted in call_tool_rate`, every part of it a token. */
export function LimitCard({ limit, block, declared }: { limit: LimitView; block: BlockView; declared: readonly PathOption[] }) {
  const builder = useBuilder();
  const { pointer, form } = limit;
  const isRate = form !== 'limit';
  const numbers = declared.filter((option) => option.kind === 'number');
  const write = (key: string) => (value: string | null) => setLimit(limit, key, value === null ? null : JSON.stringify(value));
  const text = (key: string, value: string | null) => builder.edit(write(key)(value));
  if (form === 'odd')
    return (
      <RuleCard pointer={pointer} what="Limit" unknown={limit.unknown} listed={!pointer.endsWith('/rate_limit')}>
        <JsonToken pointer={pointer} literal={limit.literal} />
      </RuleCard>
    );
  return (
    <RuleCard
      pointer={pointer}
      what="Limit"
      mode={{ value: limit.mode, write: write('mode') }}
      unknown={limit.unknown}
      listed={form === 'limit'}
      message={
        <AgentMessage
          pointer={pointer}
          value={limit.on_deny}
          write={write('on_deny')}
          reason="limit.exhausted"
          secrets={limit.max === null ? [] : [limit.max]}
        />
      }
    >
      <span className="text-ink-2">At most</span>
      <Token id={`${pointer}/max`} what="Most" look={limit.max === null ? 'empty' : 'value'} words={limit.max ?? 'how many'}>
        {(close) => (
          <LineEditor
            kind="number"
            label="Most in one window"
            start={limit.max ?? ''}
            check={(value) => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? null : 'A whole number above 0.')}
            onTake={(literal) => {
              close();
              builder.edit(setLimit(limit, 'max', literal));
            }}
          />
        )}
      </Token>
      <Token
        id={`${pointer}/amount`}
        what="What is counted"
        look="word"
        words={
          limit.increment_from !== null
            ? `of ${pathWords(limit.increment_from)} in sum`
            : limit.increment !== null && limit.increment !== '1'
              ? `units, ${limit.increment} a call,`
              : 'calls'
        }
        editorClassName="p-0 overflow-hidden"
      >
        {(close) => (
          <div>
            <div className="border-line border-b p-1">
              <WordPicker
                label="Amount of a call"
                value={limit.increment_from === null ? (limit.increment ?? null) : ''}
                words={[]}
                empty="Calls: each adds 1"
                typed={{
                  placeholder: 'Each call adds …',
                  check: (value) => (/^[1-9][0-9]{0,14}$/.test(value) ? null : 'A whole number above 0.'),
                }}
                onTake={(value) => {
                  close();
                  if (isRate) {
                    if (value !== null && value !== '1') builder.edit(toLimitWith(block, limit, 'increment', Number(value)));
                  } else
                    builder.edit((now) =>
                      compose(
                        now,
                        (t) => removeIfThere(t, `${pointer}/increment_from`),
                        (t) =>
                          value === null || value === '1'
                            ? removeIfThere(t, `${pointer}/increment`)
                            : setValue(t, `${pointer}/increment`, Number(value)),
                      ),
                    );
                }}
              />
            </div>
            <p className="px-3 pt-2 text-meta text-ink-3">Or the sum of an argument</p>
            <PathPicker
              value={limit.increment_from}
              declared={numbers}
              argumentsOnly
              onPick={(path) => {
                close();
                if (isRate) builder.edit(toLimitWith(block, limit, 'increment_from', path));
                else
                  builder.edit((now) =>
                    compose(
                      now,
                      (t) => removeIfThere(t, `${pointer}/increment`),
                      (t) => setValue(t, `${pointer}/increment_from`, path),
                    ),
                  );
              }}
            />
          </div>
        )}
      </Token>
      <span className="text-ink-2">per</span>
      <Token
        id={`${pointer}/window`}
        what="Window"
        look={limit.window === null ? 'empty' : 'value'}
        words={limit.window === null ? 'time' : shownWindow(limit.window)}
      >
        {(close) => (
          <WordPicker
            label="Window"
            value={limit.window}
            words={WINDOW_UNITS}
            typed={{
              placeholder: '90s, 15m, 2h, 7d',
              check: (value) => (normalWindow(value) === null ? 'A length such as 90s, 15m, 2h or 7d.' : null),
            }}
            onTake={(value) => {
              close();
              text('window', value);
            }}
          />
        )}
      </Token>
      <Token
        id={`${pointer}/align`}
        what="Alignment"
        look="word"
        words={limit.align === 'sliding' ? 'in any such span' : 'by the clock (UTC)'}
      >
        {(close) => (
          <WordPicker
            label="Alignment"
            value={limit.align === 'sliding' ? 'sliding' : null}
            words={['sliding']}
            shown={() => 'Sliding: never more than that in any span of this length'}
            empty="Calendar: starts anew with the UTC clock, so twice as many can pass around a boundary"
            onTake={(value) => {
              close();
              text('align', value);
            }}
          />
        )}
      </Token>
      <Token
        id={`${pointer}/scope`}
        what="Counted for"
        look="value"
        words={limitScopeWords(limit.scope)}
        className="font-sans"
        editorClassName="p-0 overflow-hidden"
      >
        {(close) => (
          <div>
            <div className="border-line border-b p-1">
              <WordPicker
                label="Counted for"
                value={limit.scope ?? 'grant'}
                words={SCOPES}
                shown={(scope) => limitScopeWords(scope)}
                onTake={(value) => {
                  close();
                  text('scope', value === 'grant' ? null : value);
                }}
              />
            </div>
            <p className="px-3 pt-2 text-meta text-ink-3">Or one counter for each value of an argument</p>
            <PathPicker
              value={limit.scope}
              declared={declared.filter((option) => option.kind !== 'object' && option.kind !== 'array')}
              argumentsOnly
              onPick={(path) => {
                close();
                text('scope', path);
              }}
            />
          </div>
        )}
      </Token>
      <span className="text-ink-2">{isRate ? '' : 'counted in'}</span>
      <Token
        id={`${pointer}/counter`}
        what="Counter"
        look={isRate ? 'empty' : limit.counter === null ? 'empty' : 'value'}
        words={isRate ? '+ counter of its own' : (limit.counter ?? 'counter')}
      >
        {(close) => (
          <LineEditor
            kind="text"
            label="Name of the counter"
            hint="Limits with the same counter, window and scope share it."
            start={limit.counter ?? ''}
            check={(value) =>
              typeof value === 'string' && value.trim() !== '' && value.length <= 200 ? null : 'A name of 1 to 200 characters.'
            }
            onTake={(literal) => {
              close();
              if (isRate) builder.edit(rateToLimit(block, limit, JSON.parse(literal) as string));
              else builder.edit(setLimit(limit, 'counter', literal));
            }}
          />
        )}
      </Token>
      {isRate ? null : (
        <Token
          id={`${pointer}/on_upstream_error`}
          what="When the server fails"
          look="word"
          words={limit.on_upstream_error === 'keep' ? 'kept when the server fails' : 'given back when the server fails'}
        >
          {(close) => (
            <WordPicker
              label="When the server fails"
              value={limit.on_upstream_error === 'keep' ? 'keep' : null}
              words={['keep']}
              shown={() => 'Keep: a failed call counts too'}
              empty="Refund: a failed call gives its amount back"
              onTake={(value) => {
                close();
                text('on_upstream_error', value);
              }}
            />
          )}
        </Token>
      )}
    </RuleCard>
  );
}

function shownWindow(window: string): string {
  return /^[0-9]+$/.test(window) ? windowWords(`${window}s`) : windowWords(window);
}

/** A rate that has to say more than a rate can. */
function toLimitWith(block: BlockView, rate: LimitView, key: 'increment' | 'increment_from', value: number | string) {
  // An address would make an odd name.
  const own = block.pointer.split('/').at(-1) ?? '';
  const counter = `${/^[\w.-]{1,100}$/.test(own) ? own : 'calls'}_rate`;
  return (text: string) =>
    compose(text, rateToLimit(block, rate, counter), (now) =>
      setValue(now, `${block.pointer}/limits/${block.limits.length}/${key}`, value),
    );
}
