import type { Grant } from '@/components/shared/api/wire';

/** Why a grant counts as unused. */
export const UNUSED_WORDS: Record<NonNullable<Grant['unused']>, string> = {
  never: 'never used, in 14 days or more',
  idle: 'not used for 30 days or more',
};
