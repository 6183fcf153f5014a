/**
 * Where a sealed value belongs, as `table|row id|field|version`: the additional authenticated data of its envelope. An
 * envelope that is copied to another row or field no longer opens. Sealer and opener must write the same text.
 */
export function argumentsAad(eventId: string): string {
  return `audit_events|${eventId}|arguments|1`;
}

/** The arguments that an approval is asked for, redacted by the policy. */
export function approvalArgumentsAad(approvalId: string): string {
  return `approvals|${approvalId}|arguments|1`;
}

/** The answer of an approved call that could not be delivered. */
export function undeliveredAnswerAad(approvalId: string): string {
  return `undelivered_answers|${approvalId}|answer|1`;
}

/** The arguments that an exception lets through. */
export function exceptionScopeAad(exceptionId: string): string {
  return `approval_exceptions|${exceptionId}|scope|1`;
}

/** A server's environment variable or header value; `secretId` is the row's id. */
export function serverSecretAad(secretId: string, kind: 'env' | 'header', name: string): string {
  return `server_secrets|${secretId}|${kind} ${name}|1`;
}

/** An address, a signing secret or a password of a notification channel; `secretId` is the row's id. */
export function notificationSecretAad(secretId: string, name: string): string {
  return `notification_secrets|${secretId}|${name}|1`;
}

/** Address and signing secret of the webhook of a scheduled export. */
export function exportScheduleAad(scheduleId: string): string {
  return `export_schedules|${scheduleId}|target|1`;
}
