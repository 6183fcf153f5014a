'use client';

import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import type { PolicyDetail, PolicyReview } from '@/components/shared/api/wire';
import { FormError } from '@/components/shared/form-error';
import { formatCount } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { ImpactSummary } from '../impact/impact-summary';
import { useSimulate, useSimulation } from '../impact/use-simulations';

interface ReviewImpactProps {
  policy: PolicyDetail;
  review: PolicyReview;
  onOpen: (simulation: string) => void;
  /** Which finished simulation is of exactly this text. */
  onReady: (simulation: string | null) => void;
}

/** What recorded traffic says of the text under review; one click starts a simulation where there is none. */
export function ReviewImpact({ policy, review, onOpen, onReady }: ReviewImpactProps) {
  const cannotSimulate = useRefusal('policy.write');
  const [started, setStarted] = useState<{ id: string; digest: string } | null>(null);
  const id = started !== null && started.digest === review.digest ? started.id : (review.simulation?.id ?? null);
  const { data } = useSimulation(id);
  const { start } = useSimulate(policy, (simulation) => setStarted({ id: simulation.id, digest: review.digest }));
  const done = data?.status === 'done' ? data : null;
  // One of a few agents is looked at, and is no forecast.
  const ready = done?.agents === null ? done.id : null;
  const [told, setTold] = useState<string | null>(null);
  if (told !== ready) {
    setTold(ready);
    onReady(ready);
  }
  const running = data?.status === 'queued' || data?.status === 'running';
  return (
    <div className="flex flex-col items-start gap-2">
      {done ? (
        <ImpactSummary simulation={done} />
      ) : running ? (
        <p role="status" className="num">
          {formatCount(data.progress.calls)}
          {data.progress.of === null ? '' : ` of ${formatCount(data.progress.of)}`} recorded calls replayed…
        </p>
      ) : (
        <p className="text-ink-2">
          {data?.status === 'failed' ? `The last simulation failed: ${data.error ?? ''}` : 'This text was not tried on recorded calls yet.'}
        </p>
      )}
      <FormError error={start.error} />
      <div className="flex flex-wrap gap-2">
        {done ? (
          <Button size="sm" onClick={() => onOpen(done.id)}>
            See every changed call
          </Button>
        ) : null}
        {running ? null : (
          <Button
            size="sm"
            variant={done ? 'ghost' : 'outline'}
            pending={start.isPending}
            disabledReason={cannotSimulate}
            onClick={() => start.mutate({ text: review.text, choice: { days: 7, against: 'recorded', counters: 'warm' } })}
          >
            <FlaskConical aria-hidden className="size-3.5" />
            {done ? 'Simulate again' : 'Simulate the last 7 days'}
          </Button>
        )}
      </div>
    </div>
  );
}
