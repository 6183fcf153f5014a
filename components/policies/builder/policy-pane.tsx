'use client';

import { WordPicker } from '@/components/shared/word-picker';
import { isTimezone } from '@/lib/policy/local-time';
import { BeyondTools } from './beyond-tools';
import { useBuilder } from './builder-context';
import { ChipsEditor } from './chips-editor';
import { TIMEZONES } from './condition-line';
import { DefaultControl } from './default-control';
import { Lane } from './lane';
import { ProblemLines } from './problem-lines';
import { rowIdOf } from './rows';
import { UnknownKeys } from './rule-card';
import { setOrRemove } from './rule-edits';
import { SentenceToken } from './sentence-token';
import { Token } from './token';

/** What holds for the whole policy: default, hidden tools, mode, zone and what it is for. */
export function PolicyPane() {
  const builder = useBuilder();
  const { view } = builder.valid;
  const covered = (pattern: string) => builder.rows.filter((row) => row.kind === 'tool' && row.state?.by === `pattern ${pattern}`).length;
  return (
    <div className="flex flex-col">
      <header className="pb-3">
        <h2 className="text-section font-semibold">Policy</h2>
        <ProblemLines problems={builder.problems.filter((problem) => rowIdOf(problem.path, view) === 'policy')} />
      </header>
      <Lane title="Anything not listed" about="tools that no row of their own, pattern or class speaks of" empty="">
        {[<DefaultControl key="default" />]}
      </Lane>
      <Lane title="Hidden tools" about="left out of the list and refused; * stands for any characters" empty="">
        {[
          <Token
            key="hide"
            id="/hide"
            what="Hidden tools"
            look={view.hide.length === 0 ? 'empty' : 'value'}
            words={view.hide.length === 0 ? '+ hidden tools' : view.hide.join(', ')}
          >
            {(close) => (
              <ChipsEditor
                label="Names and patterns"
                hint="delete_* hides every tool that starts with delete_; * alone hides all."
                start={view.hide}
                suggestions={[...builder.tools.keys()]}
                check={(names) => (names.every((name) => name.length <= 200) ? null : 'A name has at most 200 characters.')}
                onTake={(names) => {
                  close();
                  builder.edit(setOrRemove('/hide', names.length === 0 ? null : names));
                }}
              />
            )}
          </Token>,
          ...view.hide
            .filter((name) => name.includes('*'))
            .map((name) => (
              <span key={name} className="text-meta text-ink-3">
                <span className="font-mono">{name}</span> hides {covered(name)} of {builder.tools.size} tools
              </span>
            )),
        ]}
      </Lane>
      <BeyondTools />
      <Lane title="Mode" about="observing decides and records every call, and lets it pass" empty="">
        {[
          <Token
            key="mode"
            id="/mode"
            what="Mode"
            look="word"
            words={view.mode === 'observe' ? 'Observe only' : view.mode === null ? 'Enforce (as when left out)' : 'Enforce'}
          >
            {(close) => (
              <WordPicker
                label="Mode"
                value={view.mode}
                words={['enforce', 'observe']}
                shown={(mode) => (mode === 'observe' ? 'Observe only: nothing is refused' : 'Enforce')}
                empty="Left out: enforce"
                onTake={(mode) => {
                  close();
                  builder.edit(setOrRemove('/mode', mode));
                }}
              />
            )}
          </Token>,
        ]}
      </Lane>
      <Lane title="Time zone" about="that hours and weekdays of rules are read in" empty="">
        {[
          <Token key="zone" id="/timezone" what="Time zone" look="word" words={view.timezone ?? 'UTC (as when left out)'}>
            {(close) => (
              <WordPicker
                label="Time zone"
                value={view.timezone}
                words={TIMEZONES}
                empty="Left out: UTC"
                typed={{ placeholder: 'Europe/Oslo', check: (zone) => (isTimezone(zone) ? null : 'An IANA name such as Europe/Oslo.') }}
                onTake={(zone) => {
                  close();
                  builder.edit(setOrRemove('/timezone', zone));
                }}
              />
            )}
          </Token>,
        ]}
      </Lane>
      <Lane title="Description" about="what this policy is for; decides nothing" empty="">
        {[
          <SentenceToken
            key="description"
            id="/description"
            what="Description"
            value={view.description}
            empty="+ description"
            write={(text) => setOrRemove('/description', text)}
          />,
        ]}
      </Lane>
      {view.unknown.length > 0 ? (
        <Lane title="Other keys" about="kept as they are" empty="">
          {[<UnknownKeys key="unknown" keys={view.unknown} />]}
        </Lane>
      ) : null}
    </div>
  );
}
