import { CircleAlert, CircleCheck, CircleMinus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Integrity } from '@/components/shared/api/wire';
import { plural } from '@/components/shared/format';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Panel } from '@/components/ui/panel';

const LOOKS = {
  good: { icon: CircleCheck, look: 'text-allowed' },
  bad: { icon: CircleAlert, look: 'text-denied' },
  none: { icon: CircleMinus, look: 'text-ink-3' },
} as const;

/** What stands between the trail and whoever has the database: copies elsewhere, and rights that are missing. */
export function CopiesPanel({ integrity }: { integrity: Integrity }) {
  const { checkpoints, file, webhook, roleProblem } = integrity;
  const { last } = checkpoints;
  return (
    <Panel title="Protection">
      <ul className="flex flex-col gap-3">
        <Item state={last === null ? 'none' : last.signatureOk ? 'good' : 'bad'} title="Checkpoints">
          {last ? (
            <>
              Number <span className="num">{last.number}</span>, <Time at={last.at} />.{' '}
              {last.signatureOk ? 'Its signature is genuine.' : 'Its signature is not genuine.'}
            </>
          ) : (
            'None yet. '
          )}{' '}
          Made every {plural(checkpoints.everySeconds, 'second')} when there is something new.
        </Item>
        <Item state={file.problem ? 'bad' : file.lastNumber === null ? 'none' : 'good'} title="File on this node">
          {file.problem ? (
            <InertText text={file.problem} max={400} />
          ) : file.lastNumber === null ? (
            'Not written yet.'
          ) : (
            <>
              Up to number <span className="num">{file.lastNumber}</span>.
            </>
          )}{' '}
          <code className="break-all font-mono text-meta text-ink-3">{file.path}</code>
        </Item>
        <Item state={webhook === null ? 'none' : webhook.failures > 0 ? 'bad' : 'good'} title="Webhook">
          {webhook === null ? (
            'Not configured. CALLGATE_AUDIT_WEBHOOK_URL sends checkpoints to another machine.'
          ) : (
            <>
              {webhook.host} has taken number <span className="num">{webhook.lastNumber}</span>.{' '}
              {webhook.failures > 0 ? (
                <>
                  {plural(webhook.failures, 'attempt')} failed since, the last <Time at={webhook.triedAt} />:{' '}
                  <InertText text={webhook.detail ?? ''} max={200} />
                </>
              ) : null}
            </>
          )}
        </Item>
        <Item state={roleProblem === null ? 'good' : 'bad'} title="Rights in the database">
          {roleProblem === null ? (
            'The product can add to the trail and can neither change nor delete.'
          ) : (
            <>
              Only triggers keep the product from changing the trail: <InertText text={roleProblem} max={300} />
            </>
          )}
        </Item>
      </ul>
    </Panel>
  );
}

function Item({ state, title, children }: { state: keyof typeof LOOKS; title: string; children: ReactNode }) {
  const { icon: Icon, look } = LOOKS[state];
  return (
    <li className="flex items-start gap-2.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look}`} />
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <p className="break-words text-ink-2">{children}</p>
      </div>
    </li>
  );
}
