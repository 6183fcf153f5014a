import {
  Bell,
  Bot,
  CircleCheckBig,
  FileCheck2,
  Gauge,
  LayoutDashboard,
  type LucideIcon,
  OctagonX,
  ScrollText,
  Server,
  Settings,
  Wrench,
} from 'lucide-react';

export interface NavItem {
  label: string;
  href: string;
  icon: LucideIcon;
  /** After G, for going there. */
  key: string;
}

/** Every page of the console, once: rail, palette and shortcut sheet read from here. */
export const NAV: readonly { group: string; items: readonly NavItem[] }[] = [
  {
    group: 'Watch',
    items: [
      { label: 'Overview', href: '/overview', icon: LayoutDashboard, key: 'o' },
      { label: 'Approvals', href: '/approvals', icon: CircleCheckBig, key: 'i' },
      { label: 'Alerts', href: '/alerts', icon: Bell, key: 'w' },
      { label: 'Activity', href: '/activity', icon: ScrollText, key: 'a' },
      { label: 'Limits', href: '/limits', icon: Gauge, key: 'l' },
    ],
  },
  {
    group: 'Control',
    items: [
      { label: 'Servers', href: '/servers', icon: Server, key: 's' },
      { label: 'Tools', href: '/tools', icon: Wrench, key: 't' },
      { label: 'Policies', href: '/policies', icon: FileCheck2, key: 'p' },
      { label: 'Agents', href: '/agents', icon: Bot, key: 'g' },
      { label: 'Kill switch', href: '/kill-switch', icon: OctagonX, key: 'k' },
    ],
  },
  { group: 'Admin', items: [{ label: 'Settings', href: '/settings', icon: Settings, key: ',' }] },
];

export const NAV_ITEMS: readonly NavItem[] = NAV.flatMap((section) => section.items);
