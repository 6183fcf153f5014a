'use client';

import { useState } from 'react';
import { plural } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { InertText } from '@/components/shared/unverified-text';
import { Button, LinkButton } from '@/components/ui/button';
import type { ApprovalLoad, AskAlternatives } from '@/lib/control/approval-insight/contract';
import { useAskAlternatives } from './use-approvals';

type Rule = ApprovalLoad['rules'][number];

/** Says what the recorded requests would have been otherwise, and where to change the rule. */
export function LoadSuggestion({ rule }: { rule: Rule }) {
  const refusal = useRefusal('payload.read');
  const [wanted, setWanted] = useState(false);
  const better = rule.alternatives.filter(({ asked }) => asked < rule.asked);
  return (
    <div className="flex flex-col gap-2 rounded-control bg-sunken px-3 py-2 text-base text-ink-2">
      <p className="font-medium text-limited">This rule asks too much: people agree to nearly everything, so its asking protects little.</p>
      {better.length === 0 ? (
        <p>Its calls are all different, so a longer approval would not help. A narrower condition may.</p>
      ) : (
        <ul>
          {better.map(({ reuse, asked }) => (
            <li key={reuse} className="num">
              With <code className="font-mono text-meta">"reuse": "{reuse}"</code> it would have asked {asked} times instead of {rule.asked}
              .
            </li>
          ))}
        </ul>
      )}
      {wanted ? <Conditions rule={rule} /> : null}
      <div className="flex flex-wrap items-center gap-2">
        {wanted ? null : (
          <Button size="sm" disabledReason={refusal} onClick={() => setWanted(true)}>
            Find a narrower condition
          </Button>
        )}
        <LinkButton size="sm" variant="quiet" href={`/policies/${rule.server}/${rule.policy}?at=${encodeURIComponent(rule.rule)}`}>
          Open the rule
        </LinkButton>
        {wanted ? null : <span className="text-ink-3 text-meta">Reads the arguments of its requests, which is recorded.</span>}
      </div>
    </div>
  );
}

function Conditions({ rule }: { rule: Rule }) {
  const query = useAskAlternatives(rule, true);
  return (
    <Loaded query={query} what="The conditions">
      {({ requests, kept, alternatives }) =>
        alternatives.length === 0 ? (
          <p>{whyNone(requests, kept)}</p>
        ) : (
          <ul className="flex flex-col gap-1.5">
            {alternatives.map((one) => (
              <li key={JSON.stringify(one.condition)} className="num">
                <Alternative one={one} requests={requests} />
              </li>
            ))}
            <li className="text-meta text-ink-3">
              Counted over the newest {plural(requests, 'request')}, {kept} of them with arguments. None of these lets through what somebody
              denied. Add the line to <code className="font-mono">when</code> of the rule, and simulate it before you publish.
            </li>
          </ul>
        )
      }
    </Loaded>
  );
}

function Alternative({ one, requests }: { one: AskAlternatives['alternatives'][number]; requests: number }) {
  const { condition, asked, unanswered, range } = one;
  return (
    <>
      Asking only when <InertText text={condition.path} max={120} />{' '}
      {condition.op === 'gt' ? (
        <>is above {condition.value.toLocaleString('en-US')}</>
      ) : (
        <>
          is none of <InertText text={condition.value.map((value) => JSON.stringify(value)).join(', ')} max={400} />
        </>
      )}{' '}
      would have asked {asked} {asked === 1 ? 'time' : 'times'} instead of {requests}.
      {range === null ? '' : ` It was asked for ${range.lowest.toLocaleString('en-US')} to ${range.highest.toLocaleString('en-US')}.`}
      {unanswered === 0 ? '' : ` ${plural(unanswered, 'request')} that ran out unanswered would have passed.`}
      <code className="mt-0.5 block break-words rounded-sm bg-surface px-2 py-1 font-mono text-ink text-meta">
        <InertText text={JSON.stringify(condition)} max={600} />
      </code>
    </>
  );
}

function whyNone(requests: number, kept: number): string {
  if (kept === 0)
    return 'No arguments of its requests were kept, so nothing can be counted. Servers keep them where “Keep arguments” is on; calls through a dispatcher cannot be looked into.';
  return `In ${plural(requests, 'request')} there is no argument whose usual values would spare much, without letting through what somebody denied.`;
}
