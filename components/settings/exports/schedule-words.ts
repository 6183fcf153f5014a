import type { ExportPeriod } from '@/lib/domain/export-period';

export const PERIOD_WORDS: Record<ExportPeriod, { label: string; hint: string }> = {
  hour: { label: 'Every hour', hint: 'Each full hour, five minutes after its end.' },
  day: { label: 'Every day', hint: 'Each day by UTC, five minutes after its end.' },
  week: { label: 'Every week', hint: 'Monday to Sunday by UTC, five minutes after its end.' },
};
