import type { ZoneChoice } from './time-zone';

/** `Local (Europe/Berlin)`, `UTC`, `Workspace (America/New_York)`. */
export const zoneChoiceWords = (choice: ZoneChoice, names: Record<ZoneChoice, string>): string =>
  ({ local: `Local (${names.local})`, utc: 'UTC', workspace: `Workspace (${names.workspace})` })[choice];
