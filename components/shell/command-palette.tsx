'use client';

import { Command } from 'cmdk';
import { Bot, CirclePlay, FileCheck2, Hash, Keyboard, LogOut, Moon, OctagonX, Plus, ScrollText, Server, Sun } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { signOut } from 'next-auth/react';
import { useTheme } from 'next-themes';
import { type ReactNode, useState } from 'react';
import { useBlock } from '@/components/shared/agents/use-block';
import { useAllAgents, useAllPolicies, useAllServers } from '@/components/shared/api/lists';
import { useRefusal } from '@/components/shared/permission';
import { NAV_ITEMS } from './nav';

const itemLooks =
  'flex h-9 cursor-default items-center gap-2.5 rounded-[5px] px-2.5 text-base text-ink data-[disabled=true]:text-ink-3 data-[selected=true]:bg-selected [&_svg]:size-4 [&_svg]:text-ink-3';
const groupLooks =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3';

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onShortcuts: () => void;
}

/** ⌘K: go to a page, find an object by name or id, act. */
export function CommandPalette({ open, onOpenChange, onShortcuts }: PaletteProps) {
  const router = useRouter();
  const { resolvedTheme, setTheme } = useTheme();
  const [text, setText] = useState('');
  const run = (act: () => void) => {
    onOpenChange(false);
    setText('');
    act();
  };
  const go = (href: string) => run(() => router.push(href));
  const noServer = useRefusal('server.write');
  const noKill = useRefusal('kill.engage');
  const noAgent = useRefusal('agent.write');
  // ⌘K, K, Enter: nothing may come before it for the letters it begins with, the search for them neither.
  const killFirst = text.trim() !== '' && 'kill switch'.startsWith(text.trim().toLowerCase());
  const kill = (
    <Item icon={<OctagonX />} value="kill switch stop all calls" disabled={Boolean(noKill)} onSelect={() => go('/kill-switch?engage=1')}>
      Stop calls (kill switch)
    </Item>
  );
  return (
    <Command.Dialog
      open={open}
      onOpenChange={onOpenChange}
      label="Command palette"
      overlayClassName="fixed inset-0 z-40 animate-enter bg-[rgb(13_15_19/0.45)]"
      contentClassName="fixed top-[12vh] left-1/2 z-40 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 animate-enter overflow-hidden rounded-panel border border-line bg-raised shadow-overlay outline-none"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Search pages, servers, agents, policies, ids…"
        className="h-12 w-full border-line border-b bg-transparent px-4 text-read text-ink outline-none"
      />
      <Command.List className="max-h-[min(420px,60vh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-6 text-center text-ink-3">
          Nothing is called that. Press Enter on “Search activity” to look in the audit trail.
        </Command.Empty>
        {killFirst ? (
          <Command.Group heading="Stop" className={groupLooks} forceMount>
            {kill}
          </Command.Group>
        ) : null}
        {text.trim() ? (
          <Command.Group heading="Search" className={groupLooks} forceMount>
            {/^evt_[0-9a-z]{26}$/.test(text.trim()) ? (
              <Item icon={<Hash />} value={`event ${text}`} onSelect={() => go(`/activity/${text.trim()}`)}>
                Open event {text.trim()}
              </Item>
            ) : null}
            <Item icon={<ScrollText />} value={`activity ${text}`} onSelect={() => go(`/activity?q=${encodeURIComponent(text.trim())}`)}>
              Search activity for “{text.trim()}”
            </Item>
          </Command.Group>
        ) : null}
        <Command.Group heading="Go to" className={groupLooks}>
          {NAV_ITEMS.map((item) => (
            <Item
              key={item.href}
              icon={<item.icon />}
              hint={`G ${item.key.toUpperCase()}`}
              value={`go ${item.label}`}
              onSelect={() => go(item.href)}
            >
              {item.label}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Act" className={groupLooks}>
          {killFirst ? null : kill}
          <Item icon={<Plus />} value="add server register mcp" disabled={Boolean(noServer)} onSelect={() => go('/servers/new')}>
            Add server
          </Item>
          <Item icon={<Plus />} value="create agent" disabled={Boolean(noAgent)} onSelect={() => go('/agents?new=1')}>
            Create agent
          </Item>
          <Item icon={<FileCheck2 />} value="new policy" onSelect={() => go('/policies?new=1')}>
            New policy
          </Item>
          <Item
            icon={resolvedTheme === 'dark' ? <Sun /> : <Moon />}
            value="theme dark light"
            onSelect={() => run(() => setTheme(resolvedTheme === 'dark' ? 'light' : 'dark'))}
          >
            Use {resolvedTheme === 'dark' ? 'light' : 'dark'} theme
          </Item>
          <Item icon={<Keyboard />} hint="?" value="keyboard shortcuts" onSelect={() => run(onShortcuts)}>
            Show keyboard shortcuts
          </Item>
          <Item icon={<LogOut />} value="sign out" onSelect={() => run(() => void signOut({ callbackUrl: '/sign-in' }))}>
            Sign out
          </Item>
        </Command.Group>
        {open ? <Objects go={go} run={run} /> : null}
      </Command.List>
    </Command.Dialog>
  );
}

function Objects({ go, run }: { go: (href: string) => void; run: (act: () => void) => void }) {
  const { block, activate } = useBlock();
  const noAgent = useRefusal('agent.write');
  const servers = useAllServers();
  const agents = useAllAgents();
  const policies = useAllPolicies();
  return (
    <>
      <Group heading="Servers">
        {servers.data?.map((server) => (
          <Item
            key={server.id}
            icon={<Server />}
            value={`${server.name} ${server.slug} ${server.id}`}
            onSelect={() => go(`/servers/${server.slug}`)}
          >
            {server.name}
          </Item>
        ))}
      </Group>
      <Group heading="Agents">
        {agents.data?.map((agent) => (
          <Item
            key={agent.id}
            icon={<Bot />}
            value={`${agent.name} ${agent.slug} ${agent.id} ${agent.owner}`}
            onSelect={() => go(`/agents/${agent.slug}`)}
          >
            {agent.name}
          </Item>
        ))}
      </Group>
      <Group heading="Block an agent">
        {agents.data?.map((agent) => (
          <Item
            key={agent.id}
            icon={agent.status === 'active' ? <OctagonX /> : <CirclePlay />}
            // The words as they are typed come first, so that this is the best match for them.
            value={agent.status === 'active' ? `Block ${agent.name} ${agent.slug} suspend` : `Activate ${agent.name} ${agent.slug} again`}
            disabled={Boolean(noAgent)}
            onSelect={() => run(() => (agent.status === 'active' ? block(agent, 'from the command palette') : activate(agent)))}
          >
            {agent.status === 'active' ? `Block ${agent.name}` : `Activate ${agent.name} again`}
          </Item>
        ))}
      </Group>
      <Group heading="Policies">
        {policies.data?.map((policy) => (
          <Item
            key={policy.id}
            icon={<FileCheck2 />}
            value={`${policy.name} ${policy.slug} ${policy.id}`}
            onSelect={() => go(`/policies/${policy.server.slug}/${policy.slug}`)}
          >
            {policy.server.slug} / {policy.name}
          </Item>
        ))}
      </Group>
    </>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode[] | undefined }) {
  return children?.length ? (
    <Command.Group heading={heading} className={groupLooks}>
      {children}
    </Command.Group>
  ) : null;
}

function Item({
  icon,
  hint,
  value,
  disabled,
  onSelect,
  children,
}: {
  icon: ReactNode;
  hint?: string;
  value: string;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item value={value} disabled={disabled} onSelect={onSelect} className={itemLooks}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {hint ? <span className="text-meta text-ink-3">{hint}</span> : null}
    </Command.Item>
  );
}
