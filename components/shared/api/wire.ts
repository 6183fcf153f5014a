import type { z } from 'zod';
import type { AgentAnswer, getAgent } from '@/lib/control/agents/contract';
import type { AlertAnswer, anomalyKindSchema, listAlerts, RestrictionAnswer } from '@/lib/control/alerts/contract';
import type { ApprovalSummary as ApprovalSummaryAnswer } from '@/lib/control/approval-summary/contract';
import type { ApprovalAnswer, ApprovalDetail as ApprovalDetailAnswer } from '@/lib/control/approvals/contract';
import type {
  AuditRow as AuditRowAnswer,
  Coverage as CoverageAnswer,
  getAuditContext,
  getAuditEvent,
  listAudit,
} from '@/lib/control/audit/contract';
import type { getAuditFacets, getAuditHistogram } from '@/lib/control/audit-counts/contract';
import type { changeSchema, getChangeFacets } from '@/lib/control/changes/contract';
import type { ConnectionAnswer } from '@/lib/control/connections/contract';
import type { decide } from '@/lib/control/decisions/contract';
import type { AnswerOf } from '@/lib/control/define-contract';
import type { ElevationAnswer } from '@/lib/control/elevations/contract';
import type { ExceptionAnswer } from '@/lib/control/exceptions/contract';
import type { ExportJobAnswer } from '@/lib/control/export-jobs/contract';
import type { ExportScheduleAnswer } from '@/lib/control/export-schedules/contract';
import type { GrantAnswer } from '@/lib/control/grants/contract';
import type { checkJwtIssuer, JwtIssuerAnswer } from '@/lib/control/jwt-issuers/contract';
import type { KillSwitchAnswer, listKillSwitches } from '@/lib/control/kill-switch/contract';
import type { getLimit, limitSchema, listLimits, RaiseAnswer } from '@/lib/control/limits/contract';
import type { getMe, listOwnSessions } from '@/lib/control/me/contract';
import type { getOffboarding, MemberAnswer } from '@/lib/control/members/contract';
import type { getEnforcement } from '@/lib/control/nodes/contract';
import type { ChannelAnswer, DeliveryAnswer } from '@/lib/control/notifications/contract';
import type { getDecisionTimes, getNewBehaviour, getPosture, getUpstreamTimes, listPublishMarks } from '@/lib/control/overview/contract';
import type {
  getPolicy,
  getPolicyVersion,
  listPolicyVersions,
  PolicyAnswer,
  publishPolicy,
  savePolicyDraft,
} from '@/lib/control/policies/contract';
import type { reviewPolicy, watchPolicyVersion } from '@/lib/control/policies/review-contract';
import type { exportPolicyFile, importPolicyFile } from '@/lib/control/policy-files/contract';
import type { PublicationAnswer } from '@/lib/control/publications/contract';
import type {
  LegalHold as LegalHoldAnswer,
  Removal as RemovalAnswer,
  Retention as RetentionAnswer,
  RetentionMonth as RetentionMonthAnswer,
} from '@/lib/control/retention/contract';
import type { SavedViewAnswer } from '@/lib/control/saved-views/contract';
import type { problemSchema } from '@/lib/control/schema-parts';
import type {
  createServer,
  ProbeStep as ProbeStepAnswer,
  recommendServerPolicy,
  ServerAnswer,
  SyncResult as SyncResultAnswer,
} from '@/lib/control/servers/contract';
import type { getSetup } from '@/lib/control/setup/contract';
import type { observedPolicy, Simulation as SimulationAnswer } from '@/lib/control/simulations/contract';
import type { getStats } from '@/lib/control/stats/contract';
import type { ToolSentenceAnswer } from '@/lib/control/tool-sentences/contract';
import type { ToolAnswer } from '@/lib/control/tools/contract';
import type {
  Chain as ChainAnswer,
  Checkpoint as CheckpointAnswer,
  getIntegrity,
  Verification as VerificationAnswer,
} from '@/lib/control/trail/contract';

import type { ConnectionAnswer as ConnectionState, getServerAuth } from '@/lib/control/upstream-auth/contract';
import type { Workspace as WorkspaceAnswer } from '@/lib/control/workspace/contract';

/** The answers of the management API by their short names; types only, so that no schema reaches the browser. */
export type Connection = ConnectionAnswer;
export type Me = AnswerOf<typeof getMe>;
export type OwnSession = AnswerOf<typeof listOwnSessions>['items'][number];
export type Server = ServerAnswer;
export type ServerAuth = AnswerOf<typeof getServerAuth>;
export type UpstreamConnection = ConnectionState;
export type ServerCreated = AnswerOf<typeof createServer>;
export type SyncResult = SyncResultAnswer;
export type ProbeStep = ProbeStepAnswer;
export type RecommendedPolicy = AnswerOf<typeof recommendServerPolicy>;
export type Tool = ToolAnswer;
export type ToolSentence = ToolSentenceAnswer;
export type Problem = z.output<typeof problemSchema>;
export type Policy = PolicyAnswer;
export type PolicyDetail = AnswerOf<typeof getPolicy>;
export type PolicySaved = AnswerOf<typeof savePolicyDraft>;
export type PolicyPublished = AnswerOf<typeof publishPolicy>;
export type PolicyVersion = AnswerOf<typeof listPolicyVersions>['items'][number];
export type PolicyVersionText = AnswerOf<typeof getPolicyVersion>;
export type Agent = AgentAnswer;
export type AgentDetail = AnswerOf<typeof getAgent>;
export type Grant = GrantAnswer;
export type Elevation = ElevationAnswer;
export type ApprovalException = ExceptionAnswer;
export type ExportSchedule = ExportScheduleAnswer;
export type ExportJob = ExportJobAnswer;
export type Alert = AlertAnswer;
export type AlertPage = AnswerOf<typeof listAlerts>;
export type Restriction = RestrictionAnswer;
export type AnomalyKindSettings = z.output<typeof anomalyKindSchema>;
export type Offboarding = AnswerOf<typeof getOffboarding>;
export type AuditRow = AuditRowAnswer;
export type AuditContext = AnswerOf<typeof getAuditContext>;
export type AuditPage = AnswerOf<typeof listAudit>;
export type AuditFacets = AnswerOf<typeof getAuditFacets>;
export type AuditHistogram = AnswerOf<typeof getAuditHistogram>;
export type Coverage = CoverageAnswer;
export type AuditDetail = AnswerOf<typeof getAuditEvent>;
export type JwtIssuer = JwtIssuerAnswer;
export type JwtIssuerCheck = AnswerOf<typeof checkJwtIssuer>;
export type KillSwitch = KillSwitchAnswer;
export type Retention = RetentionAnswer;
export type Workspace = WorkspaceAnswer;
export type RetentionMonth = RetentionMonthAnswer;
export type Removal = RemovalAnswer;
export type LegalHold = LegalHoldAnswer;
export type KillSwitches = AnswerOf<typeof listKillSwitches>;
export type LimitRow = z.output<typeof limitSchema>;
export type LimitPage = AnswerOf<typeof listLimits>;
export type LimitDetail = AnswerOf<typeof getLimit>;
export type LimitRaise = RaiseAnswer;
export type Stats = AnswerOf<typeof getStats>;
export type Posture = AnswerOf<typeof getPosture>;
export type PublishMarks = AnswerOf<typeof listPublishMarks>;
export type DecisionTimes = AnswerOf<typeof getDecisionTimes>;
export type UpstreamTimes = AnswerOf<typeof getUpstreamTimes>;
export type NewBehaviour = AnswerOf<typeof getNewBehaviour>;
export type Member = MemberAnswer;
export type Change = z.output<typeof changeSchema>;
export type ChangeFacets = AnswerOf<typeof getChangeFacets>;
export type Setup = AnswerOf<typeof getSetup>;
export type DecisionAnswer = AnswerOf<typeof decide>;
export type PolicyReview = AnswerOf<typeof reviewPolicy>;
export type PolicyWatch = AnswerOf<typeof watchPolicyVersion>;
export type PolicyEnforcement = AnswerOf<typeof getEnforcement>;
export type Approval = ApprovalAnswer;
export type ApprovalDetail = ApprovalDetailAnswer;
export type ApprovalSummary = ApprovalSummaryAnswer;
export type NotificationChannel = ChannelAnswer;
export type NotificationDelivery = DeliveryAnswer;
export type Publication = PublicationAnswer;
export type Simulation = SimulationAnswer;
export type ObservedPolicy = AnswerOf<typeof observedPolicy>;
export type ImportedPolicy = AnswerOf<typeof importPolicyFile>;
export type ExportedPolicy = AnswerOf<typeof exportPolicyFile>;
export type Chain = ChainAnswer;
export type Checkpoint = CheckpointAnswer;
export type Integrity = AnswerOf<typeof getIntegrity>;
export type Verification = VerificationAnswer;
export type SavedView = SavedViewAnswer;
