'use client';

import Link from 'next/link';
import type { ApprovalDetail } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { ScopeWords } from '@/components/shared/scope-words';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { outcomeWords } from './approval-words';
import { useVerdict } from './use-approvals';

/** What became of the request, which call it let through, and what still stands of it, which can be taken back. */
export function Outcome({ approval }: { approval: ApprovalDetail }) {
  const words = outcomeWords(approval);
  if (words === null) return null;
  return (
    <div role="status" className="rounded-control bg-sunken px-3 py-2 text-base text-ink">
      <p>
        <InertText text={words} max={1_500} /> {approval.finishedAt ? <Time at={approval.finishedAt} /> : null}
      </p>
      {approval.differences.map((sentence) => (
        <p key={sentence} className="text-ink-2">
          <InertText text={sentence} max={500} />
        </p>
      ))}
      {approval.consumedEvent === null ? null : (
        <Link className="text-accent hover:underline" href={`/activity/${approval.consumedEvent}`}>
          Open the call
        </Link>
      )}
      <Standing approval={approval} />
    </div>
  );
}

function Standing({ approval }: { approval: ApprovalDetail }) {
  const verdict = useVerdict(approval.id);
  const { exception } = approval;
  const isActive = exception !== null && exception.revokedAt === null && exception.expiresAt > approval.now;
  if (!isActive && approval.status !== 'approved') return null;
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
      {exception === null || !isActive ? null : (
        <span className="text-ink-2">
          {exception.scope.arguments.length === 0 ? (
            'The same call passes'
          ) : (
            <>
              Calls with <ScopeWords bounds={exception.scope.arguments} redacted={exception.scope.redacted} /> pass
            </>
          )}{' '}
          without asking until <Time at={exception.expiresAt} />; used {exception.uses === 1 ? 'once' : `${exception.uses} times`} so far.
        </span>
      )}
      <Button size="sm" variant="quiet" pending={verdict.isPending} onClick={() => verdict.mutate({ verb: 'withdraw', body: {} })}>
        {isActive ? 'Revoke' : 'Take back'}
      </Button>
      <FormError error={verdict.error} />
    </div>
  );
}
