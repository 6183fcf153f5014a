import * as agents from './agents/contract';
import { createAgent } from './agents/create-agent';
import { getAgent } from './agents/get-agent';
import { listAgents } from './agents/list-agents';
import { reviewAgent } from './agents/review-agent';
import { updateAgent } from './agents/update-agent';
import { getAnomalySettings, setAnomalySetting } from './alerts/anomaly-settings';
import * as alerts from './alerts/contract';
import { acknowledgeAlert, snoozeAlert } from './alerts/handle-alert';
import { getAlert, listAlerts } from './alerts/list-alerts';
import { liftRestriction, listRestrictions } from './alerts/restrictions';
import { tuneAlert } from './alerts/tune';
import { getApprovalContext } from './approval-insight/approval-context';
import { getApprovalLoad } from './approval-insight/approval-load';
import { getAskAlternatives } from './approval-insight/ask-alternatives';
import * as approvalInsight from './approval-insight/contract';
import { decideApprovals } from './approval-insight/decide-approvals';
import { viewApproval } from './approval-insight/view-approval';
import * as approvalSummary from './approval-summary/contract';
import { getApprovalSummary } from './approval-summary/get-approval-summary';
import { assignApproval, listApprovalCandidates } from './approval-teamwork/assign-approval';
import { commentApproval } from './approval-teamwork/comment-approval';
import * as approvalTeamwork from './approval-teamwork/contract';
import { extendApproval } from './approval-teamwork/extend-approval';
import { snoozeApproval } from './approval-teamwork/snooze-approval';
import * as approvals from './approvals/contract';
import { approveApproval, denyApproval, withdrawApproval } from './approvals/decide-approval';
import { getApproval, listApprovals } from './approvals/list-approvals';
import * as audit from './audit/contract';
import { getAuditContext } from './audit/get-audit-context';
import { getAuditEvent } from './audit/get-audit-event';
import { listAudit } from './audit/list-audit';
import * as auditCounts from './audit-counts/contract';
import { getAuditFacets } from './audit-counts/get-audit-facets';
import { getAuditHistogram } from './audit-counts/get-audit-histogram';
import { getChangeFacets } from './changes/change-facets';
import * as changes from './changes/contract';
import { getChange, listChanges } from './changes/list-changes';
import { classifyTools } from './classifications/classify-tools';
import * as classifications from './classifications/contract';
import * as connections from './connections/contract';
import { getConnection } from './connections/get-connection';
import type { ControlContext, VerbInput } from './context';
import * as decisions from './decisions/contract';
import { decide } from './decisions/decide';
import type { AnswerOf, Contract } from './define-contract';
import * as elevations from './elevations/contract';
import { approveElevation, denyElevation, endElevation } from './elevations/decide-elevation';
import { getElevation, listElevations } from './elevations/list-elevations';
import { requestElevation } from './elevations/request-elevation';
import * as exceptions from './exceptions/contract';
import { listExceptions } from './exceptions/list-exceptions';
import { revokeException } from './exceptions/revoke-exception';
import * as exportJobs from './export-jobs/contract';
import { downloadExport } from './export-jobs/download-export';
import { cancelExport, createExport, getExport, listExports } from './export-jobs/export-jobs';
import * as exportSchedules from './export-schedules/contract';
import { createExportSchedule, deleteExportSchedule, listExportSchedules, updateExportSchedule } from './export-schedules/export-schedules';
import * as exports from './exports/contract';
import { exportAudit } from './exports/export-audit';
import { exportChanges } from './exports/export-changes';
import * as grants from './grants/contract';
import { createGrant } from './grants/create-grant';
import { getGrant, listGrants } from './grants/list-grants';
import { revokeGrant, revokeUnusedGrants } from './grants/revoke-grant';
import { rotateGrant } from './grants/rotate-grant';
import { updateGrant } from './grants/update-grant';
import { checkJwtIssuer } from './jwt-issuers/check-jwt-issuer';
import * as jwtIssuers from './jwt-issuers/contract';
import { createJwtIssuer } from './jwt-issuers/create-jwt-issuer';
import { getJwtIssuer, listJwtIssuers } from './jwt-issuers/list-jwt-issuers';
import { deleteJwtIssuer, updateJwtIssuer } from './jwt-issuers/update-jwt-issuer';
import * as killSwitch from './kill-switch/contract';
import { listKillSwitches } from './kill-switch/list-kill-switches';
import { setKillSwitch } from './kill-switch/set-kill-switch';
import * as limits from './limits/contract';
import { getLimit } from './limits/get-limit';
import { listLimits } from './limits/list-limits';
import { raiseLimit, revokeRaise } from './limits/raise-limit';
import { resetLimit } from './limits/reset-limit';
import * as live from './live/contract';
import { streamEvents } from './live/stream-events';
import * as me from './me/contract';
import { getMe } from './me/get-me';
import { changeOwnPassword } from './me/own-password';
import { endOwnSession, listOwnSessions } from './me/own-sessions';
import * as members from './members/contract';
import { createMember } from './members/create-member';
import { listMembers } from './members/list-members';
import { getOffboarding } from './members/offboarding';
import { updateMember } from './members/update-member';
import * as nodes from './nodes/contract';
import { getEnforcement, listNodes } from './nodes/list-nodes';
import * as notifications from './notifications/contract';
import { createNotificationChannel } from './notifications/create-channel';
import { deleteNotificationChannel } from './notifications/delete-channel';
import { getNotificationChannel, listNotificationChannels } from './notifications/list-channels';
import { listNotificationDeliveries } from './notifications/list-deliveries';
import { resendNotification } from './notifications/resend-notification';
import { testNotificationChannel } from './notifications/test-channel';
import { updateNotificationChannel } from './notifications/update-channel';
import * as overview from './overview/contract';
import { getDecisionTimes } from './overview/get-decision-times';
import { getNewBehaviour } from './overview/get-new-behaviour';
import { getPosture } from './overview/get-posture';
import { getUpstreamTimes } from './overview/get-upstream-times';
import { listPublishMarks } from './overview/list-publish-marks';
import * as policies from './policies/contract';
import { deletePolicy } from './policies/delete-policy';
import { discardPolicyDraft } from './policies/discard-policy-draft';
import { getPolicy } from './policies/get-policy';
import { listPolicies, listServerPolicies } from './policies/list-policies';
import { getPolicyVersion, listPolicyVersions } from './policies/list-policy-versions';
import { publishPolicy } from './policies/publish-policy';
import { restorePolicyVersion } from './policies/restore-policy-version';
import * as policyReview from './policies/review-contract';
import { reviewPolicy } from './policies/review-policy';
import { savePolicyDraft } from './policies/save-policy-draft';
import { updatePolicy } from './policies/update-policy';
import { validatePolicy } from './policies/validate-policy';
import { watchPolicyVersion } from './policies/watch-policy-version';
import { checkPolicyFile } from './policy-files/check-policy-file';
import * as policyFiles from './policy-files/contract';
import { exportPolicyFile } from './policy-files/export-policy-file';
import { importPolicyFile } from './policy-files/import-policy-file';
import * as publications from './publications/contract';
import { approvePublication, rejectPublication, withdrawPublication } from './publications/decide-publication';
import { getPublication, listPublications } from './publications/list-publications';
import * as retention from './retention/contract';
import { liftHold, listHolds, placeHold } from './retention/holds';
import { getRetention, listRemovals, setRetention } from './retention/retention';
import * as savedViews from './saved-views/contract';
import { createSavedView } from './saved-views/create-saved-view';
import { deleteSavedView } from './saved-views/delete-saved-view';
import { listSavedViews } from './saved-views/list-saved-views';
import { updateSavedView } from './saved-views/update-saved-view';
import * as servers from './servers/contract';
import { createServer } from './servers/create-server';
import { deleteServer } from './servers/delete-server';
import { getServer } from './servers/get-server';
import { listServers } from './servers/list-servers';
import { probeServer } from './servers/probe-server';
import { recommendServerPolicy } from './servers/recommend-server-policy';
import { syncServer } from './servers/sync-server';
import { updateServer } from './servers/update-server';
import { completeSetup } from './setup/complete-setup';
import * as setup from './setup/contract';
import { getSetup } from './setup/get-setup';
import { cancelSimulation } from './simulations/cancel-simulation';
import * as simulations from './simulations/contract';
import { createSimulation } from './simulations/create-simulation';
import { getSimulation, listSimulations } from './simulations/list-simulations';
import { observedPolicy } from './simulations/observed-policy';
import * as stats from './stats/contract';
import { getStats } from './stats/get-stats';
import * as toolSentences from './tool-sentences/contract';
import { getToolSentence, setToolSentence } from './tool-sentences/tool-sentence';
import * as tools from './tools/contract';
import { getTool } from './tools/get-tool';
import { listServerTools } from './tools/list-server-tools';
import { listTools } from './tools/list-tools';
import { updateTool } from './tools/update-tool';
import * as trail from './trail/contract';
import { getEvidence, rotateAuditKey } from './trail/get-evidence';
import { getIntegrity } from './trail/get-integrity';
import { listChains, listCheckpoints } from './trail/list-checkpoints';
import { reconcileEvent } from './trail/reconcile-event';
import { verifyAudit, watchVerification } from './trail/verify-audit';

import { completeAuthorization } from './upstream-auth/complete-authorization';
import { connectServer, disconnectServer, getOAuthClient } from './upstream-auth/connect-server';
import * as upstreamAuth from './upstream-auth/contract';
import { getServerAuth, removeServerAuth, setServerAuth } from './upstream-auth/server-auth';

/** A contract with the verb that keeps it. */
export interface Route {
  readonly contract: Contract;
  run(
    ctx: ControlContext,
    input: { params: Record<string, string>; query: unknown; body: unknown; ifMatch: string | null },
  ): Promise<unknown> | AsyncIterable<unknown>;
}

/** The compiler checks that the verb takes what the contract validates and gives what it promises. */
function route<C extends Contract<string>>(contract: C, verb: (ctx: ControlContext, input: VerbInput<C>) => Promise<AnswerOf<C>>): Route {
  return { contract, run: (ctx, input) => verb(ctx, input as unknown as VerbInput<C>) };
}

/** The same for a verb that yields. */
function stream<C extends Contract<string>>(
  contract: C,
  verb: (ctx: ControlContext, input: VerbInput<C>) => AsyncIterable<unknown>,
): Route {
  return { contract, run: (ctx, input) => verb(ctx, input as unknown as VerbInput<C>) };
}

/** Every operation of the management API. What is not here does not exist: the router, OpenAPI and the role matrix read this list. */
export const REGISTRY: readonly Route[] = [
  route(me.getMe, getMe),
  route(me.changeOwnPassword, changeOwnPassword),
  route(me.listOwnSessions, listOwnSessions),
  route(me.endOwnSession, endOwnSession),
  route(setup.getSetup, getSetup),
  route(setup.completeSetup, completeSetup),
  route(members.listMembers, listMembers),
  route(members.createMember, createMember),
  route(members.updateMember, updateMember),
  route(members.getOffboarding, getOffboarding),
  route(servers.listServers, listServers),
  route(servers.createServer, createServer),
  stream(servers.probeServer, probeServer),
  route(servers.getServer, getServer),
  route(servers.updateServer, updateServer),
  route(servers.deleteServer, deleteServer),
  route(servers.syncServer, syncServer),
  route(servers.recommendServerPolicy, recommendServerPolicy),
  route(upstreamAuth.getServerAuth, getServerAuth),
  route(upstreamAuth.setServerAuth, setServerAuth),
  route(upstreamAuth.removeServerAuth, removeServerAuth),
  route(upstreamAuth.connectServer, connectServer),
  route(upstreamAuth.disconnectServer, disconnectServer),
  route(upstreamAuth.completeAuthorization, completeAuthorization),
  route(upstreamAuth.getOAuthClient, getOAuthClient),
  route(tools.listServerTools, listServerTools),
  route(tools.listTools, listTools),
  route(tools.getTool, getTool),
  route(tools.updateTool, updateTool),
  route(toolSentences.getToolSentence, getToolSentence),
  route(toolSentences.setToolSentence, setToolSentence),
  route(classifications.classifyTools, classifyTools),
  route(policies.listPolicies, listPolicies),
  route(policies.listServerPolicies, listServerPolicies),
  route(policies.getPolicy, getPolicy),
  route(policies.savePolicyDraft, savePolicyDraft),
  route(policies.discardPolicyDraft, discardPolicyDraft),
  route(policies.deletePolicy, deletePolicy),
  route(policies.validatePolicy, validatePolicy),
  route(policies.publishPolicy, publishPolicy),
  route(policies.listPolicyVersions, listPolicyVersions),
  route(policies.getPolicyVersion, getPolicyVersion),
  route(policies.restorePolicyVersion, restorePolicyVersion),
  route(policies.updatePolicy, updatePolicy),
  route(policyReview.reviewPolicy, reviewPolicy),
  route(policyReview.watchPolicyVersion, watchPolicyVersion),
  route(approvals.listApprovals, listApprovals),
  route(approvalSummary.getApprovalSummary, getApprovalSummary),
  route(approvals.getApproval, getApproval),
  route(approvalInsight.getApprovalContext, getApprovalContext),
  route(approvalInsight.getApprovalLoad, getApprovalLoad),
  route(approvalInsight.getAskAlternatives, getAskAlternatives),
  route(approvalInsight.viewApproval, viewApproval),
  route(approvalInsight.decideApprovals, decideApprovals),
  route(approvals.approveApproval, approveApproval),
  route(approvals.denyApproval, denyApproval),
  route(approvals.withdrawApproval, withdrawApproval),
  route(approvalTeamwork.commentApproval, commentApproval),
  route(approvalTeamwork.listApprovalCandidates, listApprovalCandidates),
  route(approvalTeamwork.assignApproval, assignApproval),
  route(approvalTeamwork.snoozeApproval, snoozeApproval),
  route(approvalTeamwork.extendApproval, extendApproval),
  route(exceptions.listExceptions, listExceptions),
  route(exceptions.revokeException, revokeException),
  route(notifications.listNotificationChannels, listNotificationChannels),
  route(notifications.createNotificationChannel, createNotificationChannel),
  route(notifications.getNotificationChannel, getNotificationChannel),
  route(notifications.updateNotificationChannel, updateNotificationChannel),
  route(notifications.deleteNotificationChannel, deleteNotificationChannel),
  route(notifications.testNotificationChannel, testNotificationChannel),
  route(notifications.listNotificationDeliveries, listNotificationDeliveries),
  route(notifications.resendNotification, resendNotification),
  route(publications.listPublications, listPublications),
  route(publications.getPublication, getPublication),
  route(publications.approvePublication, approvePublication),
  route(publications.rejectPublication, rejectPublication),
  route(publications.withdrawPublication, withdrawPublication),
  route(nodes.listNodes, listNodes),
  route(nodes.getEnforcement, getEnforcement),
  route(policyFiles.checkPolicyFile, checkPolicyFile),
  route(policyFiles.importPolicyFile, importPolicyFile),
  route(policyFiles.exportPolicyFile, exportPolicyFile),
  route(decisions.decide, decide),
  route(simulations.listSimulations, listSimulations),
  route(simulations.createSimulation, createSimulation),
  route(simulations.getSimulation, getSimulation),
  route(simulations.cancelSimulation, cancelSimulation),
  route(simulations.observedPolicy, observedPolicy),
  route(agents.listAgents, listAgents),
  route(agents.createAgent, createAgent),
  route(agents.getAgent, getAgent),
  route(agents.updateAgent, updateAgent),
  route(agents.reviewAgent, reviewAgent),
  route(grants.listGrants, listGrants),
  route(grants.createGrant, createGrant),
  route(grants.getGrant, getGrant),
  route(connections.getConnection, getConnection),
  route(grants.updateGrant, updateGrant),
  route(grants.revokeGrant, revokeGrant),
  route(grants.rotateGrant, rotateGrant),
  route(grants.revokeUnusedGrants, revokeUnusedGrants),
  route(elevations.requestElevation, requestElevation),
  route(elevations.listElevations, listElevations),
  route(elevations.getElevation, getElevation),
  route(elevations.approveElevation, approveElevation),
  route(elevations.denyElevation, denyElevation),
  route(elevations.endElevation, endElevation),
  route(killSwitch.listKillSwitches, listKillSwitches),
  route(killSwitch.setKillSwitch, setKillSwitch),
  route(jwtIssuers.listJwtIssuers, listJwtIssuers),
  route(jwtIssuers.createJwtIssuer, createJwtIssuer),
  route(jwtIssuers.getJwtIssuer, getJwtIssuer),
  route(jwtIssuers.updateJwtIssuer, updateJwtIssuer),
  route(jwtIssuers.deleteJwtIssuer, deleteJwtIssuer),
  route(jwtIssuers.checkJwtIssuer, checkJwtIssuer),
  route(audit.listAudit, listAudit),
  stream(exports.exportAudit, exportAudit),
  stream(exports.exportChanges, exportChanges),
  route(exportJobs.createExport, createExport),
  route(exportJobs.listExports, listExports),
  route(exportJobs.getExport, getExport),
  route(exportJobs.cancelExport, cancelExport),
  stream(exportJobs.downloadExport, downloadExport),
  route(exportSchedules.listExportSchedules, listExportSchedules),
  route(exportSchedules.createExportSchedule, createExportSchedule),
  route(exportSchedules.updateExportSchedule, updateExportSchedule),
  route(exportSchedules.deleteExportSchedule, deleteExportSchedule),
  route(trail.verifyAudit, (ctx) => verifyAudit(ctx)),
  stream(trail.watchVerification, watchVerification),
  route(trail.getIntegrity, getIntegrity),
  route(trail.listCheckpoints, listCheckpoints),
  route(trail.listChains, listChains),
  stream(trail.getEvidence, getEvidence),
  route(trail.rotateAuditKey, rotateAuditKey),
  route(trail.reconcileEvent, reconcileEvent),
  route(retention.getRetention, getRetention),
  route(retention.setRetention, setRetention),
  route(retention.listRemovals, listRemovals),
  route(retention.listHolds, listHolds),
  route(retention.placeHold, placeHold),
  route(retention.liftHold, liftHold),
  route(auditCounts.getAuditFacets, getAuditFacets),
  route(auditCounts.getAuditHistogram, getAuditHistogram),
  route(audit.getAuditEvent, getAuditEvent),
  route(audit.getAuditContext, getAuditContext),
  route(changes.listChanges, listChanges),
  route(changes.getChangeFacets, getChangeFacets),
  route(changes.getChange, getChange),
  route(savedViews.listSavedViews, listSavedViews),
  route(savedViews.createSavedView, createSavedView),
  route(savedViews.updateSavedView, updateSavedView),
  route(savedViews.deleteSavedView, deleteSavedView),
  route(limits.listLimits, listLimits),
  route(limits.getLimit, getLimit),
  route(limits.raiseLimit, raiseLimit),
  route(limits.revokeRaise, revokeRaise),
  route(limits.resetLimit, resetLimit),
  route(alerts.listAlerts, listAlerts),
  route(alerts.getAlert, getAlert),
  route(alerts.acknowledgeAlert, acknowledgeAlert),
  route(alerts.snoozeAlert, snoozeAlert),
  route(alerts.tuneAlert, tuneAlert),
  route(alerts.getAnomalySettings, (ctx) => getAnomalySettings(ctx)),
  route(alerts.setAnomalySetting, setAnomalySetting),
  route(alerts.listRestrictions, listRestrictions),
  route(alerts.liftRestriction, liftRestriction),
  route(stats.getStats, getStats),
  route(overview.getPosture, getPosture),
  route(overview.listPublishMarks, listPublishMarks),
  route(overview.getDecisionTimes, getDecisionTimes),
  route(overview.getUpstreamTimes, getUpstreamTimes),
  route(overview.getNewBehaviour, getNewBehaviour),
  stream(live.streamEvents, streamEvents),
];
