'use client';

import { ACTION_WORDS } from '@/components/shared/alerts/alert-words';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { ANOMALY_ACTIONS, type AnomalyAction, type AnomalyKind, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';

export interface Tuned {
  readonly threshold: string;
  readonly action: AnomalyAction | 'ignore';
  readonly minutes: string;
}

export interface Effective {
  readonly enabled: boolean;
  readonly threshold: number;
  readonly action: AnomalyAction;
  readonly minutes: number;
}

export const tunedOf = ({ enabled, threshold, action, minutes }: Effective): Tuned => ({
  threshold: String(threshold),
  action: enabled ? action : 'ignore',
  minutes: String(minutes),
});

/** The body of the API: only what differs from what holds now. */
export function tuningOf(tuned: Tuned, held: Effective): Partial<Effective> {
  const ignored = tuned.action === 'ignore';
  const threshold = Number(tuned.threshold);
  const minutes = Number(tuned.minutes);
  return {
    ...(ignored === held.enabled ? { enabled: !ignored } : {}),
    ...(threshold === held.threshold ? {} : { threshold }),
    ...(tuned.action === 'ignore' || tuned.action === held.action ? {} : { action: tuned.action }),
    ...(minutes === held.minutes ? {} : { minutes }),
  };
}

/** Why it cannot be sent, in words, or null. */
export function tuningProblem(kind: AnomalyKind, tuned: Tuned, held: Effective): string | null {
  const { thresholdMin, thresholdMax, unit } = KINDS[kind];
  const threshold = Number(tuned.threshold);
  if (!(threshold >= thresholdMin && threshold <= thresholdMax)) return `From ${thresholdMin} to ${thresholdMax} ${unit}`;
  const minutes = Number(tuned.minutes);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 10_080) return 'From 1 to 10080 minutes';
  return Object.keys(tuningOf(tuned, held)).length === 0 ? 'Change something first' : null;
}

const OPTIONS = [
  ...ANOMALY_ACTIONS.map((value) => ({ value, label: ACTION_WORDS[value] })),
  { value: 'ignore', label: 'Nothing: ignore it' },
] as const;

export function TuneFields({ kind, tuned, onChange }: { kind: AnomalyKind; tuned: Tuned; onChange: (tuned: Tuned) => void }) {
  const { unit, threshold, action, minutes } = KINDS[kind];
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="What follows" hint={`By default: ${ACTION_WORDS[action].toLowerCase()}`}>
        <Select value={tuned.action} onChange={(value) => onChange({ ...tuned, action: value as Tuned['action'] })} options={OPTIONS} />
      </Field>
      {tuned.action === 'ignore' ? null : (
        <Field label={`Threshold, ${unit}`} hint={`By default ${threshold}`}>
          <Input
            type="number"
            inputMode="decimal"
            value={tuned.threshold}
            onChange={(event) => onChange({ ...tuned, threshold: event.target.value })}
          />
        </Field>
      )}
      {tuned.action === 'approval' || tuned.action === 'pause' ? (
        <Field label="For how many minutes" hint={`By default ${minutes}`}>
          <Input
            type="number"
            inputMode="numeric"
            value={tuned.minutes}
            onChange={(event) => onChange({ ...tuned, minutes: event.target.value })}
          />
        </Field>
      ) : null}
    </div>
  );
}
