'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ACTION_WORDS } from '@/components/shared/alerts/alert-words';
import { api } from '@/components/shared/api/client';
import type { AnomalyKindSettings } from '@/components/shared/api/wire';
import { formatCount } from '@/components/shared/format';
import { useRefusal } from '@/components/shared/permission';
import { Loaded } from '@/components/shared/state-view';
import { Time } from '@/components/shared/time-text';
import { InertText } from '@/components/shared/unverified-text';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Panel } from '@/components/ui/panel';
import { toast } from '@/components/ui/toaster';
import { type Effective, TuneFields, tunedOf, tuningOf, tuningProblem } from './tune-fields';

type Setting = AnomalyKindSettings['settings'][number];

/** Every kind with how it is found, what follows, and what was tuned. */
export function KindTable() {
  const query = useQuery({
    queryKey: ['anomaly-settings'],
    queryFn: async ({ signal }) => (await api<{ items: AnomalyKindSettings[] }>('GET', '/anomaly-settings', { signal })).items,
  });
  return (
    <Panel flush>
      <Loaded query={query} what="The settings">
        {(kinds) => (
          <ul className="divide-y divide-line-soft">
            {kinds.map((kind) => (
              <KindRow key={kind.kind} kind={kind} />
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function KindRow({ kind }: { kind: AnomalyKindSettings }) {
  const refusal = useRefusal('alert.tune');
  const [open, setOpen] = useState(false);
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-80">
        <p className="font-semibold">{kind.name}</p>
        <p className="text-ink-2">{kind.method}</p>
        <p>
          <span className="text-ink-3">For everybody: </span>
          {settingWords(kind.everybody, kind.unit)}
        </p>
        {kind.settings.map((setting) => (
          <TunedLine key={setting.id} kind={kind} setting={setting} />
        ))}
      </div>
      <Button size="sm" disabledReason={refusal} onClick={() => setOpen(true)}>
        Tune for everybody
      </Button>
      {open ? <TuneEverybody kind={kind} onClose={() => setOpen(false)} /> : null}
    </li>
  );
}

function TunedLine({ kind, setting }: { kind: AnomalyKindSettings; setting: Setting }) {
  const refusal = useRefusal('alert.tune');
  const [removing, setRemoving] = useState(false);
  const who = subjectWords(setting);
  const remove = useTuning(kind, `Took back: ${kind.name} for ${who}`, () => setRemoving(false));
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 border-control border-l-2 pl-3">
      <p className="min-w-0 flex-1 basis-64 text-ink-2">
        Tuned for <InertText text={who} max={160} />: {tunedWords(setting, kind.unit)} “<InertText text={setting.reason} max={300} />”{' '}
        <span className="text-ink-3">
          <InertText text={setting.updatedBy} max={120} />, <Time at={setting.updatedAt} />
        </span>
      </p>
      <Button size="sm" variant="quiet" disabledReason={refusal} onClick={() => setRemoving(true)}>
        Take back
      </Button>
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        tier="T2"
        action="Take back setting"
        pending={remove.isPending}
        error={remove.error?.message ?? null}
        consequences={['The next wider setting, or the default, holds again.']}
        onConfirm={(reason) =>
          remove.mutate({
            ...(setting.agent ? { agent: setting.agent.id } : {}),
            ...(setting.server && setting.tool !== null ? { server: setting.server.id, tool: setting.tool } : {}),
            ...NOTHING,
            reason,
          })
        }
      />
    </div>
  );
}

const NOTHING = { enabled: null, threshold: null, action: null, minutes: null };

function TuneEverybody({ kind, onClose }: { kind: AnomalyKindSettings; onClose: () => void }) {
  const [tuned, setTuned] = useState(() => tunedOf(kind.everybody));
  const tune = useTuning(kind, `Tuned: ${kind.name}`, onClose);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      tier="T2"
      action={`Tune ${kind.name.toLowerCase()}`}
      pending={tune.isPending}
      missing={tuningProblem(kind.kind, tuned, kind.everybody)}
      error={tune.error?.message ?? null}
      consequences={[kind.method, 'It holds for every agent and tool that has no setting of its own, on every node at once.']}
      onConfirm={(reason) => tune.mutate({ ...tuningOf(tuned, kind.everybody), reason })}
    >
      <TuneFields kind={kind.kind} tuned={tuned} onChange={setTuned} />
    </ConfirmDialog>
  );
}

function useTuning(kind: AnomalyKindSettings, done: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: object) => api<AnomalyKindSettings>('PUT', `/anomaly-settings/${kind.kind}`, { body }),
    onSuccess: () => {
      toast.success(done);
      onDone();
    },
    onSettled: () => Promise.all(['anomaly-settings', 'alerts'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

function settingWords({ enabled, threshold, action, minutes }: Effective, unit: string): string {
  if (!enabled) return 'ignored.';
  const lasts = action === 'alert' ? '' : ` for ${minutes} minutes`;
  return `from ${formatThreshold(threshold)} ${unit} on, ${ACTION_WORDS[action].toLowerCase()}${lasts}.`;
}

function tunedWords({ enabled, threshold, action, minutes }: Setting, unit: string): string {
  const parts = [
    enabled === null ? null : enabled ? 'watched' : 'ignored',
    threshold === null ? null : `from ${formatThreshold(threshold)} ${unit} on`,
    action === null ? null : ACTION_WORDS[action].toLowerCase(),
    minutes === null ? null : `for ${minutes} minutes`,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}

const formatThreshold = (value: number): string => (Number.isInteger(value) ? formatCount(value) : String(value));

function subjectWords({ agent, server, tool }: Setting): string {
  const place = server === null || tool === null ? null : `${server.slug}/${tool}`;
  if (agent === null) return place === null ? 'everybody' : `every agent with ${place}`;
  return place === null ? agent.slug : `${agent.slug} with ${place}`;
}
