/** The sections of Settings; a file of its own, because the server checks addresses with it. */
export const SETTINGS_SECTIONS = ['members', 'notifications', 'issuers', 'retention', 'exports', 'profile', 'appearance', 'about'] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export function isSettingsSection(text: string): text is SettingsSection {
  return (SETTINGS_SECTIONS as readonly string[]).includes(text);
}
