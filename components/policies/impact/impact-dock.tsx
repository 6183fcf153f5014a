'use client';

import { useEffect, useState } from 'react';
import { ApiError } from '@/components/shared/api/client';
import { FormError } from '@/components/shared/form-error';
import { formatCount } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { EmptyState } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { useUrlState } from '@/components/shared/url-state';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { sha256Hex } from '@/lib/kernel/digest';
import type { DockProps } from '../explain/dock-props';
import { ImpactForm } from './impact-form';
import { ImpactResult } from './impact-result';
import { useSimulate, useSimulation, useSimulationList } from './use-simulations';

type ImpactDockProps = Pick<DockProps, 'policy' | 'text' | 'document' | 'onSelect'> & { stale: boolean };

/** What the text in the editor would have done to recorded calls, replayed in the background. */
export function ImpactDock({ policy, text, document, stale, onSelect }: ImpactDockProps) {
  const { get, set } = useUrlState();
  const cannotSimulate = useRefusal('policy.write');
  const list = useSimulationList(policy);
  const [digest, setDigest] = useState<string | null>(null);
  useEffect(() => setDigest(sha256Hex(text)), [text]);
  const chosen = get('simulation') ?? list.data?.items[0]?.id ?? null;
  const { data: simulation, error } = useSimulation(chosen);
  const { start, cancel } = useSimulate(policy, (started) => set({ simulation: started.id }));
  const open = simulation?.status === 'queued' || simulation?.status === 'running';
  const refusal =
    cannotSimulate ?? (document === null || stale ? 'The text has an error, so it decides nothing' : open ? 'One is running' : null);
  return (
    <section aria-label="Impact" className="flex flex-col">
      <ImpactForm
        hasLive={policy.live !== null}
        refusal={refusal}
        pending={start.isPending}
        onStart={(choice) => start.mutate({ text, choice })}
      />
      <FormError error={start.error ?? (error instanceof ApiError ? error : null)} />
      {(list.data?.items.length ?? 0) > 1 ? (
        <div className="border-line-soft border-b px-3 py-1.5">
          <Select
            size="sm"
            label="Earlier simulations"
            value={chosen ?? undefined}
            onChange={(id) => set({ simulation: id })}
            options={(list.data?.items ?? []).map((one) => ({
              value: one.id,
              label: (
                <>
                  <Time at={one.createdAt} /> by {one.createdBy}
                </>
              ),
              hint:
                one.status === 'done' && one.summary
                  ? `${formatCount(one.summary.changed)} of ${formatCount(one.summary.calls)} change`
                  : one.status,
            }))}
          />
        </div>
      ) : null}
      {simulation === undefined ? (
        chosen === null && !list.isPending ? (
          <EmptyState title="See what this text would have done">
            Recorded calls are decided again by the text in the editor, saved or not. Nothing is sent and nothing is charged.
          </EmptyState>
        ) : null
      ) : (
        <>
          {digest !== null && simulation.textDigest !== digest ? (
            <p role="status" className="border-line-soft border-b bg-sunken px-3 py-1.5 text-ink-2">
              Outdated: the text was changed since. Simulate again for this text.
            </p>
          ) : null}
          {open ? (
            <Progress
              simulation={simulation}
              onCancel={() => cancel.mutate(simulation.id)}
              cancelling={cancel.isPending}
              refusal={cannotSimulate}
            />
          ) : simulation.status === 'done' && simulation.result ? (
            <ImpactResult key={simulation.id} simulation={simulation} result={simulation.result} onSelect={onSelect} />
          ) : (
            <p role="alert" className="p-3 text-ink-2">
              {simulation.status === 'cancelled'
                ? 'This simulation was cancelled.'
                : `This simulation failed: ${simulation.error ?? 'the reason is not known'} Simulate again; if it fails again, choose a shorter range.`}
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Progress({
  simulation,
  onCancel,
  cancelling,
  refusal,
}: {
  simulation: { status: string; progress: { calls: number; of: number | null } };
  onCancel: () => void;
  cancelling: boolean;
  refusal: string | null;
}) {
  const { calls, of } = simulation.progress;
  return (
    <div className="flex flex-col gap-2 p-3">
      <p role="status" className="num">
        {simulation.status === 'queued'
          ? 'Waiting to start…'
          : `${formatCount(calls)}${of === null ? '' : ` of ${formatCount(of)}`} calls replayed`}
      </p>
      <progress
        aria-label="Calls replayed"
        className="h-1.5 w-full accent-(--accent)"
        value={of === null ? undefined : calls}
        max={of === null || of === 0 ? 1 : of}
      />
      <Button size="sm" className="self-start" pending={cancelling} disabledReason={refusal} onClick={onCancel}>
        Cancel
      </Button>
    </div>
  );
}
