/**
 * Names the lock of a month of the trail (`YYYY-MM`, UTC): shared by whoever adds an outcome to a call of the month long after, exclusive for
 * its removal, which locks the rows for as long as it takes to read them. Without it such an outcome would wait in the ledger, and
 * every call that is to be admitted with it.
 */
export const monthLockName = (month: string): string => `audit month ${month}`;
