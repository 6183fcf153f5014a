import { CATEGORIES, type Category } from '@/lib/domain/risk';

/**
 * Verbs of tool names and descriptions, and what they do to the world. `nominal` verbs are as often nouns in names
 * ("monitor_delete", "order_history"): alone they are weak evidence, and a plain verb beside them decides.
 */
export interface Verb {
  readonly category: Category;
  readonly nominal: boolean;
}

type WordLists = Readonly<Record<Category, string>>;

const PLAIN: WordLists = {
  read: `get list search find fetch read describe show lookup retrieve inspect browse explain analyze analyse compare
    validate verify summarize summarise whoami preview detect discover enumerate recommend suggest estimate calculate
    compute parse extract identify examine ping locate diagnose decode encode classify tokenize assess ask peek ls cat
    grep tail stat view check count scrape lint determine explore introspect simulate forecast decompile disassemble
    translate paginate query resolve scan poll think brainstorm convert obtain gather collect display print return
    echo tell infer interpret predict assert aggregate geocode`,
  write: `create add update set insert put edit write save upload modify rename move copy send publish import assign
    register enable disable configure append prepend upsert attach detach unlink untag reply mark merge push unstar
    follow unfollow archive unarchive submit approve reject accept decline complete finish finalize finalise invite
    store sync synchronize synchronise change grant toggle manage restore clone share subscribe unsubscribe unpin
    unlock unmute replace duplicate connect disconnect remember setup init initialize initialise scaffold onboard
    pause promote demote transition escalate unblock crop rebase reorder reopen snooze acknowledge ack dismiss ignore
    omit undo revert compress decompress zip unzip provision amend alter bump produce enqueue ingest ungroup draw book
    renew reload rotate populate seed migrate allocate associate disassociate bind unbind mount unmount join leave
    respond give enroll unenroll delegate reschedule reassign unassign deactivate activate suspend unsuspend suppress
    sign mint apply capture download export notify close format resize adjust increase decrease handle forward
    broadcast vote whitelist allowlist blocklist denylist authorize authorise mute hide unhide impersonate transform
    enhance refactor overwrite mkdir rearrange rewrite fix autofix repair upgrade downgrade learn memorize relate
    adopt reindex kick optimize optimise initiate resend customize customise personalize tune administer`,
  execute: `run execute exec invoke trigger start stop restart launch deploy redeploy rebuild evaluate eval click
    doubleclick dblclick press navigate open perform rerun retry dispatch generate install tap swipe hover drag boot
    reboot shutdown spawn interact wait goto synthesize bootstrap failover drain cordon uncordon operate orchestrate
    automate train finetune halt resume continue crawl keypress scroll sleep skip emulate`,
  destructive: `delete remove drop destroy purge clear wipe reset revoke uninstall terminate kill erase truncate prune
    unpublish cancel deregister unregister discard evict expunge shred decommission deprovision unset rm del rmdir
    unroute obliterate`,
  financial: 'pay buy sell withdraw donate repay unstake reimburse',
};

const NOMINAL: WordLists = {
  read: `provide consume recall watch monitor help audit trace measure profile benchmark review screenshot snapshot dump head diff plan load
    compile`,
  write: `post patch link tag label comment commit star schedule draft fork pin lock block ban like rate record log
    track flag email message order place group embed index release claim refresh pull request report reserve stage
    exchange transfer annotate highlight switch use select process access fill mock route confirm control name color
    paint scale shape note react bookmark favorite favourite stack queue cache feature feedback design compose
    position focus editor onboarding take`,
  execute: `call build test type touch play command rollback gesture button debug render work speak
    transcribe`,
  destructive: 'flush clean trash abort',
  financial: 'charge refund purchase deposit payout stake trade bid invest borrow redeem swap checkout bridge',
};

/** Read verbs that name an object when another verb ends the name ("search_index_update", "list_create"). */
export const DUAL: ReadonlySet<string> = words(
  'search query view list scan check count export import deploy trigger share book install download upload invite',
);

/** Verbs that say nothing until the actions they bundle are known. */
export const BUNDLING: ReadonlySet<string> = words('manage handle control administer operate perform write process');

/** Words before the verb that do not change what it does. */
export const MODIFIERS: ReadonlySet<string> = words(
  'batch bulk force safe safely async multi auto quick mass bulkly remote full partial api http',
);

/** Last words of names that ask for a state of things, not for a change ("deploy_status"). */
export const STATE_NOUNS: ReadonlySet<string> = words(
  `status info information detail details history stats statistics metrics summary insight insights guide help docs
   documentation catalog catalogue overview capabilities balance quote usage metadata health result results progress
   schema tree templates availability whoami version logs log`,
);

/** Nouns after which a job-like verb is part of the object: "run_details", "test_results", "import_status". */
export const JOB_VERBS: ReadonlySet<string> = words(
  `deploy run build test export import sync install crawl scan start migrate restore upload download trigger evaluate
   train publish release call order transfer trade charge refund payout commit record log index queue process report
   automation command request stage stack release work group place`,
);

/** Prepositions: a verb after one belongs to the object ("text_to_speech", "wait_for_run"). */
export const PREPOSITIONS: ReadonlySet<string> = words('to for from with of by in on into at as via per');

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

function entries(lists: WordLists, nominal: boolean): [string, Verb][] {
  return CATEGORIES.flatMap((category) => [...words(lists[category])].map((word): [string, Verb] => [word, { category, nominal }]));
}

/** A plain verb wins over a nominal one of the same spelling. */
const VERBS: ReadonlyMap<string, Verb> = new Map([...entries(NOMINAL, true), ...entries(PLAIN, false)]);

const PREFIX_LETTERS = new Set('urapmb');

/**
 * The verb of a base form (lower case), also with a prefix: what undoes a reading or writing changes state
 * ("unresolve"), what does it again does the same ("resend"). Undefined for other words.
 */
export function verbOf(word: string): Verb | undefined {
  const known = VERBS.get(word);
  if (known !== undefined || word.length < 6 || !PREFIX_LETTERS.has(word[0] as string)) return known;
  const prefixed = /^(un|re|auto|pre|mass|bulk|batch|multi)([a-z]{4,})$/.exec(word);
  const root = prefixed === null ? undefined : VERBS.get(prefixed[2] as string);
  if (root === undefined || root.nominal) return undefined;
  return prefixed?.[1] === 'un' && root.category === 'read' ? { category: 'write', nominal: false } : root;
}

/** The worse of two categories, in the precedence of {@link CATEGORIES}. */
export function worse(a: Category, b: Category): Category {
  return CATEGORIES.indexOf(a) >= CATEGORIES.indexOf(b) ? a : b;
}
