/** The version a path names; 0, which never exists, for anything that is not a version number. */
export function versionNumber(text: string): number {
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0;
}
