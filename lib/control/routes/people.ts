import * as me from '../me/contract';
import { getMe } from '../me/get-me';
import { changeOwnPassword } from '../me/own-password';
import { endOwnSession, listOwnSessions } from '../me/own-sessions';
import * as members from '../members/contract';
import { createMember } from '../members/create-member';
import { listMembers } from '../members/list-members';
import { getOffboarding } from '../members/offboarding';
import { updateMember } from '../members/update-member';
import * as notifications from '../notifications/contract';
import { createNotificationChannel } from '../notifications/create-channel';
import { deleteNotificationChannel } from '../notifications/delete-channel';
import { getNotificationChannel, listNotificationChannels } from '../notifications/list-channels';
import { listNotificationDeliveries } from '../notifications/list-deliveries';
import { resendNotification } from '../notifications/resend-notification';
import { testNotificationChannel } from '../notifications/test-channel';
import { updateNotificationChannel } from '../notifications/update-channel';
import * as savedViews from '../saved-views/contract';
import { createSavedView } from '../saved-views/create-saved-view';
import { deleteSavedView } from '../saved-views/delete-saved-view';
import { listSavedViews } from '../saved-views/list-saved-views';
import { updateSavedView } from '../saved-views/update-saved-view';
import { completeSetup } from '../setup/complete-setup';
import * as setup from '../setup/contract';
import { getSetup } from '../setup/get-setup';
import * as workspace from '../workspace/contract';
import { getWorkspace, setWorkspace } from '../workspace/workspace';
import { type Route, route } from './route';

/** People and what is theirs: sign-in, set-up, members, views, notifications, the workspace. */
export const PEOPLE: readonly Route[] = [
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
  route(notifications.listNotificationChannels, listNotificationChannels),
  route(notifications.createNotificationChannel, createNotificationChannel),
  route(notifications.getNotificationChannel, getNotificationChannel),
  route(notifications.updateNotificationChannel, updateNotificationChannel),
  route(notifications.deleteNotificationChannel, deleteNotificationChannel),
  route(notifications.testNotificationChannel, testNotificationChannel),
  route(notifications.listNotificationDeliveries, listNotificationDeliveries),
  route(notifications.resendNotification, resendNotification),
  route(savedViews.listSavedViews, listSavedViews),
  route(savedViews.createSavedView, createSavedView),
  route(savedViews.updateSavedView, updateSavedView),
  route(savedViews.deleteSavedView, deleteSavedView),
  route(workspace.getWorkspace, getWorkspace),
  route(workspace.setWorkspace, setWorkspace),
];
