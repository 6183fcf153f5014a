import { Check } from 'lucide-react';
import { Panel } from '@/components/ui/panel';
import { mayRole, PERMISSIONS, type Permission, ROLE_NAMES, ROLES } from '@/lib/domain/roles';

export const PERMISSION_WORDS: Record<Permission, string> = {
  read: 'Look at everything except arguments',
  'policy.write': 'Edit policy drafts',
  'policy.publish': 'Publish, restore and delete policies',
  'policy.govern': 'Decide who must agree to publications and where policies are kept',
  'server.write': 'Add, change and delete servers',
  'tool.classify': 'Classify and approve tools',
  'agent.write': 'Create and suspend agents',
  'grant.write': 'Create, rotate and revoke grants',
  'approval.decide': 'Decide approvals',
  'member.write': 'Manage members',
  'notification.write': 'Manage notification channels and read their log',
  'payload.read': 'Read the arguments of calls',
  'kill.engage': 'Engage the kill switch',
  'kill.lift': 'Lift the kill switch',
  'issuer.write': 'Configure token issuers',
  'limit.write': 'Raise limits for a while and set counters back',
  'audit.reconcile': 'Say how calls of unknown outcome ended',
  'audit.evidence': 'Download the evidence of the audit trail',
  'audit.keys': 'Change the signing key of the audit trail',
  'retention.write': 'Set how long calls are kept, place and lift legal holds',
  'alert.handle': 'Acknowledge and snooze alerts',
  'alert.tune': 'Tune what counts as unusual',
  'restriction.lift': 'Lift the pause of an agent',
  'view.share': 'Save views for everybody',
  'export.schedule': 'Schedule exports to a folder or a webhook',
  'workspace.write': 'Set the time zone of the workspace',
};

export function RolesTable() {
  return (
    <Panel title="What each role may do" flush>
      <div className="relative overflow-x-auto">
        <table className="w-full min-w-[560px]">
          <thead>
            <tr>
              <th scope="col" className="px-4 py-1.5 text-left text-meta font-medium text-ink-3">
                Permission
              </th>
              {ROLES.map((role) => (
                <th key={role} scope="col" className="w-28 px-2 py-1.5 text-center text-meta font-medium text-ink-3">
                  {ROLE_NAMES[role]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PERMISSIONS.map((permission) => (
              <tr key={permission} className="[&>*]:border-line-soft [&>*]:border-t">
                <th scope="row" className="px-4 py-1 text-left font-normal">
                  {PERMISSION_WORDS[permission]}
                </th>
                {ROLES.map((role) => (
                  <td key={role} className="px-2 py-1 text-center">
                    {mayRole(role, permission) ? (
                      <>
                        <Check aria-hidden className="inline size-4 text-allowed" />
                        <span className="sr-only">yes</span>
                      </>
                    ) : (
                      <span className="text-ink-3">
                        –<span className="sr-only">no</span>
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
