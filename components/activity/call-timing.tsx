import type { AuditDetail } from '@/components/shared/api/wire';
import { formatBytes, formatFineMs } from '@/components/shared/format';
import { cn } from '@/components/ui/cn';

type Settlement = AuditDetail['settlements'][number];

interface Part {
  readonly label: string;
  readonly ms: number;
  /** What the time went to. */
  readonly words: string;
  readonly look: string;
}

/** Told apart by lightness and hatching as well, for whoever sees no difference of colour. */
const LOOKS = {
  policy: 'bg-accent',
  admission: 'border border-accent bg-accent/45',
  gateway: 'bg-control',
  upstream: 'hatch border border-control text-ink-3',
} as const;

/** The parts of a call's time in the order in which they pass; without the first two where they were not recorded. */
export function timeParts({ gatewayMs, policyMs, admissionMs, upstreamMs }: Settlement): readonly Part[] {
  const parts: Part[] = [];
  if (policyMs !== null) parts.push({ label: 'Policy', ms: policyMs, words: 'Deciding by the rules of the policy', look: LOOKS.policy });
  if (admissionMs !== null)
    parts.push({
      label: 'Admission',
      ms: admissionMs,
      words: 'Writing the call into the trail and charging its limits',
      look: LOOKS.admission,
    });
  if (gatewayMs !== null) {
    const apart = (policyMs ?? 0) + (admissionMs ?? 0);
    parts.push({
      label: parts.length === 0 ? 'Gateway' : 'Rest of gateway',
      ms: Math.max(0, gatewayMs - apart),
      words:
        parts.length === 0
          ? 'Everything but the server: policy, limits and the record together'
          : 'Reading the request, who it is from, and any waiting for a person',
      look: LOOKS.gateway,
    });
  }
  if (upstreamMs !== null)
    parts.push({ label: 'Upstream', ms: upstreamMs, words: 'The server, and its answer on the way', look: LOOKS.upstream });
  return parts;
}

/** Where the time of a call went, as a bar and in numbers. Parts that are too short for the bar keep a sliver of it. */
export function CallTiming({ settlement, resultBytes }: { settlement: Settlement; resultBytes: number | null }) {
  const parts = timeParts(settlement);
  const totalMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  const more = [
    ...(settlement.httpStatus ? [`HTTP ${settlement.httpStatus}`] : []),
    ...(resultBytes === null ? [] : [`${formatBytes(resultBytes)} back`]),
  ];
  return (
    <div className="flex flex-col gap-1.5">
      {totalMs > 0 ? (
        <div aria-hidden className="mt-1 flex h-3 gap-px">
          {parts.map(({ label, ms, look }) =>
            ms > 0 ? <span key={label} className={cn('min-w-1 basis-0 rounded-[2px]', look)} style={{ flexGrow: ms / totalMs }} /> : null,
          )}
        </div>
      ) : null}
      {parts.length > 0 ? (
        <dl aria-label="Where the time went" className="num flex flex-wrap gap-x-4 gap-y-0.5">
          {parts.map(({ label, ms, words, look }) => (
            <div key={label} title={words} className="flex items-center gap-1.5">
              <span aria-hidden className={cn('size-2.5 shrink-0 rounded-[2px]', look)} />
              <dt className="text-ink-3">{label}</dt>
              <dd className="text-ink">{formatFineMs(ms)}</dd>
            </div>
          ))}
          <div className="flex items-center gap-1.5">
            <dt className="text-ink-3">Total</dt>
            <dd className="font-medium text-ink">{formatFineMs(totalMs)}</dd>
          </div>
        </dl>
      ) : null}
      {more.length > 0 ? <p className="num text-ink-2">{more.join(' · ')}</p> : null}
    </div>
  );
}
