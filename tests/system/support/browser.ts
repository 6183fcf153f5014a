import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The system's Chromium, or null: tests that need it say so and are skipped. `npm test` finds or installs one. */
export const CHROMIUM: string | null =
  [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path && existsSync(path),
  ) ?? null;

export const WITHOUT_CHROMIUM = 'no Chromium was found (CHROMIUM_PATH names one)';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function openBrowser(): Promise<Browser> {
  if (!CHROMIUM) throw new Error(WITHOUT_CHROMIUM);
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A context whose pages are watched: what they should never do is collected in `problems`. */
export interface Watched {
  readonly context: BrowserContext;
  readonly problems: string[];
}

export interface ContextOptions {
  readonly width?: number;
  readonly dark?: boolean;
  readonly storageState?: Awaited<ReturnType<BrowserContext['storageState']>>;
}

/** Errors in the console, violations of the content security policy and requests to another origin than `origin` are problems. */
export async function openContext(
  browser: Browser,
  origin: string,
  { width = 1440, dark = false, storageState }: ContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme: dark ? 'dark' : 'light',
    ...(storageState ? { storageState } : {}),
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  const problems: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if ((url.protocol === 'http:' || url.protocol === 'https:') && url.origin !== origin) problems.push(`request to ${url.origin}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(`${error.page()?.url()}: ${error.error().message}`));
  return { context, problems };
}

/** Opens a page of the console and waits until nothing in it is still loading. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await settled(page);
}

/** Waits until the page that was gone to, in whatever way, answers and nothing in it is still loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  // What the server rendered can be seen before its scripts answer to clicks; React marks the elements that it took over.
  await page.waitForFunction(() => Object.keys(document.querySelector('h1') ?? {}).some((key) => key.startsWith('__reactProps')));
  await page.waitForFunction(() => document.querySelector('main [aria-busy="true"]') === null);
}

/** Signs in as somebody who can; ends on the overview. */
export async function signIn(page: Page, origin: string, email: string, password: string): Promise<void> {
  await visit(page, `${origin}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/overview/);
}

/** Somebody who is signed in, in a context of their own. */
export interface Person {
  readonly watched: Watched;
  readonly page: Page;
}

/** A context, watched, in which somebody has signed in. */
export async function openPerson(
  browser: Browser,
  origin: string,
  { email, password }: { readonly email: string; readonly password: string },
  options: Omit<ContextOptions, 'storageState'> = {},
): Promise<Person> {
  const watched = await openContext(browser, origin, options);
  const page = await watched.context.newPage();
  page.setDefaultTimeout(30_000);
  await signIn(page, origin, email, password);
  return { watched, page };
}

/** What axe-core calls serious or critical, as one line a violation. */
export async function seriousAxeProblems(page: Page): Promise<string[]> {
  // Evaluated over the debugger: a script element would, rightly, be refused by the content security policy.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document, options: object): Promise<{ violations: AxeViolation[] }> } };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, help, nodes }) =>
          `${id}: ${help}: ${nodes
            .slice(0, 3)
            .map((node) => node.target.join(' '))
            .join(', ')}`,
      );
  });
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** How many pixels the page is wider than its window. */
export function overflowWidth(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Presses a key until `reached` says so; throws after `most` presses. */
export async function pressUntil(page: Page, key: string, reached: () => Promise<boolean>, most = 80): Promise<number> {
  for (let pressed = 0; pressed <= most; pressed++) {
    if (await reached()) return pressed;
    await page.keyboard.press(key);
  }
  throw new Error(
    `${most} times ${key} did not get there; the focus is on ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`,
  );
}
