/** Why nothing can be said of a recorded call. The words are for people. */
export const CANNOT_TELL = {
  arguments_not_kept: 'the arguments were not kept, and the policy looks at them',
  arguments_redacted: 'the policy looks at a value that was redacted before it was stored',
  arguments_unreadable: 'the stored arguments cannot be opened with the current key',
  definition_changed: 'the tool has another definition now than when it was called',
  tool_unknown: 'the server no longer has this tool',
  caller_unknown: 'the agent or the grant of the call no longer exists',
  not_decided_by_policy: 'the call was refused or failed before a policy could decide it',
} as const;

export type CannotTellReason = keyof typeof CANNOT_TELL;
export const CANNOT_TELL_REASONS = Object.keys(CANNOT_TELL) as [CannotTellReason, ...CannotTellReason[]];
