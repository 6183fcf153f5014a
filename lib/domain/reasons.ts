import { ANOMALY_REASONS } from './reasons/anomaly-reasons';
import { APPROVAL_REASONS } from './reasons/approval-reasons';
import { DECISION_REASONS } from './reasons/decision-reasons';
import { IDENTITY_REASONS } from './reasons/identity-reasons';
import { REQUEST_REASONS } from './reasons/request-reasons';
import { SERVICE_REASONS } from './reasons/service-reasons';

/** The closed list of why a call was let through or refused. Each has a case in tests and a section in docs/failure-modes.md. */
export const REASONS = {
  ...DECISION_REASONS,
  ...ANOMALY_REASONS,
  ...APPROVAL_REASONS,
  ...IDENTITY_REASONS,
  ...REQUEST_REASONS,
  ...SERVICE_REASONS,
};
export type Reason = keyof typeof REASONS;
