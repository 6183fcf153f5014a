import { getApprovalContext } from '../approval-insight/approval-context';
import { getApprovalLoad } from '../approval-insight/approval-load';
import { getAskAlternatives } from '../approval-insight/ask-alternatives';
import * as approvalInsight from '../approval-insight/contract';
import { decideApprovals } from '../approval-insight/decide-approvals';
import { viewApproval } from '../approval-insight/view-approval';
import * as approvalSummary from '../approval-summary/contract';
import { getApprovalSummary } from '../approval-summary/get-approval-summary';
import { assignApproval, listApprovalCandidates } from '../approval-teamwork/assign-approval';
import { commentApproval } from '../approval-teamwork/comment-approval';
import * as approvalTeamwork from '../approval-teamwork/contract';
import { extendApproval } from '../approval-teamwork/extend-approval';
import { snoozeApproval } from '../approval-teamwork/snooze-approval';
import * as approvals from '../approvals/contract';
import { approveApproval, denyApproval, withdrawApproval } from '../approvals/decide-approval';
import { getApproval, listApprovals } from '../approvals/list-approvals';
import * as exceptions from '../exceptions/contract';
import { listExceptions } from '../exceptions/list-exceptions';
import { revokeException } from '../exceptions/revoke-exception';
import { type Route, route } from './route';

/** Requests that wait for a person, and what was allowed for a while. */
export const APPROVALS: readonly Route[] = [
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
];
