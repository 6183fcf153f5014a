import { getAnomalySettings, setAnomalySetting } from '../alerts/anomaly-settings';
import * as alerts from '../alerts/contract';
import { acknowledgeAlert, snoozeAlert } from '../alerts/handle-alert';
import { getAlert, listAlerts } from '../alerts/list-alerts';
import { liftRestriction, listRestrictions } from '../alerts/restrictions';
import { tuneAlert } from '../alerts/tune';
import * as limits from '../limits/contract';
import { getLimit } from '../limits/get-limit';
import { listLimits } from '../limits/list-limits';
import { raiseLimit, revokeRaise } from '../limits/raise-limit';
import { resetLimit } from '../limits/reset-limit';
import * as live from '../live/contract';
import { streamEvents } from '../live/stream-events';
import * as nodes from '../nodes/contract';
import { getEnforcement, listNodes } from '../nodes/list-nodes';
import * as overview from '../overview/contract';
import { getDecisionTimes } from '../overview/get-decision-times';
import { getNewBehaviour } from '../overview/get-new-behaviour';
import { getPosture } from '../overview/get-posture';
import { getUpstreamTimes } from '../overview/get-upstream-times';
import { listPublishMarks } from '../overview/list-publish-marks';
import * as stats from '../stats/contract';
import { getStats } from '../stats/get-stats';
import { type Route, route, stream } from './route';

/** What is looked at while it happens: limits, alerts, numbers, nodes, live events. */
export const WATCHING: readonly Route[] = [
  route(nodes.listNodes, listNodes),
  route(nodes.getEnforcement, getEnforcement),
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
