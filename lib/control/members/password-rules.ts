import { ControlError } from '../control-error';

export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 256;

/** What guessers try first, among texts of this length; shorter ones never get here. Compared without case and spaces. */
const COMMON: ReadonlySet<string> = new Set([
  'password1234',
  'password12345',
  'password123456',
  'password123!',
  'password1234!',
  'passwordpassword',
  'passw0rd1234',
  'p@ssw0rd1234',
  'p@ssword1234',
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456123456',
  '123123123123',
  '1234567891011',
  '111111111111',
  '000000000000',
  '987654321098',
  '123456654321',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiop[]',
  'qwerty123456',
  'qwertyqwerty',
  'qwerty1234567',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'q1w2e3r4t5y6',
  'zaq12wsxcde3',
  'asdfghjkl123',
  "asdfghjkl;'\\",
  'abcdefghijkl',
  'abcdefghijklm',
  'abc123abc123',
  'abcd1234abcd',
  'aaaaaaaaaaaa',
  'letmeinletmein',
  'letmein12345',
  'letmein123456',
  'iloveyou1234',
  'iloveyouiloveyou',
  'administrator',
  'administrator1',
  'adminadminadmin',
  'adminadmin12',
  'admin1234567',
  'admin123456789',
  'administrator123',
  'changemechangeme',
  'changeme1234',
  'changeme12345',
  'changeme123456',
  'welcome12345',
  'welcome123456',
  'welcomewelcome',
  'correcthorsebatterystaple',
  'trustno1trustno1',
  'superman1234',
  'football1234',
  'baseball1234',
  'sunshine1234',
  'princess1234',
  'monkeymonkey',
  'dragon123456',
  'mynameismyname',
  'rootrootroot',
  'testtesttest',
  'test12345678',
  'guestguestguest',
  'defaultdefault',
  'callgatecallgate',
  'callgate1234',
  'callgate12345',
  'callgate123456',
]);

/** Throws 422. Length and a list of what guessers try first; no rules of composition, which only make passwords predictable. */
export function checkPassword(password: string, about: { readonly email: string; readonly name: string }, path = '/password'): void {
  const problem = passwordProblem(password, about);
  if (problem !== null)
    throw new ControlError(422, 'member.password', `This password is not accepted: ${problem}.`, [{ path, message: problem }]);
}

function passwordProblem(password: string, about: { readonly email: string; readonly name: string }): string | null {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH_MIN) return `use at least ${PASSWORD_LENGTH_MIN} characters; a few random words are good`;
  if (length > PASSWORD_LENGTH_MAX) return `use at most ${PASSWORD_LENGTH_MAX} characters`;
  const folded = password.toLowerCase().replaceAll(/\s/g, '');
  if (COMMON.has(folded) || new Set(folded).size < 4) return 'it is one of the first that guessers try';
  const own = [about.email.toLowerCase(), about.email.toLowerCase().split('@')[0] ?? '', about.name.toLowerCase().replaceAll(/\s/g, '')];
  if (own.some((text) => text.length >= 4 && folded.replaceAll(text, '').length < 6))
    return 'it is little more than the name or e-mail address';
  return null;
}
