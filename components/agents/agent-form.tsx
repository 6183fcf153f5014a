'use client';

import { fieldError } from '@/components/shared/api/client';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { REVIEW_DAYS_MAX } from '@/lib/domain/life-cycle';

export interface AgentDraft {
  name: string;
  slug: string;
  owner: string;
  purpose: string;
  environment: string;
  /** `team=payments, tier=1` */
  labels: string;
  /** Whole days, as typed. */
  reviewDays: string;
}

export const AGENT_FIELDS = ['name', 'slug', 'owner', 'purpose', 'environment', 'labels', 'reviewDays'] as const;

/** What is wrong with the number of days that was typed, or null. */
export function reviewDaysProblem(text: string): string | null {
  return /^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= REVIEW_DAYS_MAX
    ? null
    : `A whole number from 1 to ${REVIEW_DAYS_MAX}`;
}

/** Reads `key=value` pairs separated by commas or lines; null when one has no `=`. */
export function parseLabels(text: string): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (const part of text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean)) {
    const at = part.indexOf('=');
    if (at <= 0) return null;
    labels[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return labels;
}

export const formatLabels = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

export function AgentFields({
  draft,
  change,
  error,
  slugFixed,
}: {
  draft: AgentDraft;
  change: (patch: Partial<AgentDraft>) => void;
  error: unknown;
  slugFixed?: boolean;
}) {
  const labelsError =
    draft.labels && parseLabels(draft.labels) === null ? 'Write pairs as key=value, separated by commas' : fieldError(error, 'labels');
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={fieldError(error, 'name')}>
          <Input
            required
            autoFocus={!slugFixed}
            value={draft.name}
            placeholder="Support bot"
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        {slugFixed ? null : (
          <Field label="Slug" hint="Never changes." error={fieldError(error, 'slug')}>
            <Input required className="font-mono" value={draft.slug} onChange={(event) => change({ slug: event.target.value })} />
          </Field>
        )}
        <Field label="Owner" hint="The person who answers for it, by e-mail." error={fieldError(error, 'owner')}>
          <Input required value={draft.owner} onChange={(event) => change({ owner: event.target.value })} />
        </Field>
        <Field label="Environment" optional error={fieldError(error, 'environment')}>
          <Input value={draft.environment} placeholder="production" onChange={(event) => change({ environment: event.target.value })} />
        </Field>
      </div>
      <Field label="Purpose" optional error={fieldError(error, 'purpose')}>
        <Textarea
          rows={2}
          value={draft.purpose}
          placeholder="Answers customers and refunds small amounts"
          onChange={(event) => change({ purpose: event.target.value })}
        />
      </Field>
      <Field label="Labels" optional hint="Policies can look at them as agent.labels.team" error={labelsError}>
        <Input
          className="font-mono"
          value={draft.labels}
          placeholder="team=support, tier=1"
          onChange={(event) => change({ labels: event.target.value })}
        />
      </Field>
      <Field
        label="Review every"
        hint="Days. Somebody then looks whether it is still needed."
        error={reviewDaysProblem(draft.reviewDays) ?? fieldError(error, 'reviewDays')}
      >
        <Input
          inputMode="numeric"
          className="max-w-32"
          value={draft.reviewDays}
          onChange={(event) => change({ reviewDays: event.target.value })}
        />
      </Field>
    </div>
  );
}
