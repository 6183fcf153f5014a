import type { Finding } from '@/lib/domain/risk';

/** A pattern of text that speaks to the model over the head of the person. `high` only where honest tools rarely match. */
export interface SuspiciousText {
  readonly code: string;
  readonly severity: Finding['severity'];
  readonly pattern: RegExp;
  /** lower-case pieces of which a match holds at least one: a search for them spares most reads of the pattern */
  readonly needles: readonly string[];
  readonly message: string;
}

const SPEAKS_OF = '(this|it|them|these|that|anything|the (user|human|person|tool|file|request|content))';

/** All quantifiers are bounded, so each pattern runs in linear time. */
export const SUSPICIOUS_TEXT: readonly SuspiciousText[] = [
  {
    code: 'hidden_section',
    severity: 'high',
    needles: ['<'],
    pattern: /<\s{0,3}\/?\s{0,3}(important|hidden|system|secret|critical|instructions?|admin|override|assistant)\s{0,3}>/i,
    message: 'Marks a section as hidden or as an order to the model.',
  },
  {
    code: 'conceals',
    severity: 'high',
    needles: ['not ', "n't ", 'never ', 'without '],
    pattern: new RegExp(
      `\\b(do not|don't|never|must not|should not|without) (ever )?(tell(ing)?|mention(ing)?|inform(ing)?|reveal(ing)?|disclos(e|ing)|notify(ing)?|alert(ing)?|explain(ing)?) (about )?(to )?(${SPEAKS_OF}|any ?(one|body)) ?(to the user|that|about|of|or)?\\b(?! (id|name|schema|format))`,
      'i',
    ),
    message: 'Asks the model to keep something from the user.',
  },
  {
    code: 'conceals',
    severity: 'high',
    needles: ['mention', 'as if', 'look like', 'from the user'],
    pattern:
      /\b(do not|don't|never) mention (that )?(you|accessing|reading|using)\b|\bpresent (it|this|the \w{1,20}) as if\b|\blook like (a )?(normal|regular|ordinary)\b|\b(keep|hide) (this|it) (secret|hidden)? ?from the user\b/i,
    message: 'Asks the model to disguise what it does.',
  },
  {
    code: 'overrides_instructions',
    severity: 'high',
    needles: ['ignore', 'disregard', 'forget', 'override', 'bypass'],
    pattern:
      /\b(ignore|disregard|forget|override|bypass) (all |any |every |the |your |my )?(of )?(the |your )?(previous|prior|above|earlier|preceding|system|safety|original) (instructions?|prompts?|directives?|guidelines?|messages?|safety rules)\b/i,
    message: 'Tells the model to ignore its instructions.',
  },
  {
    code: 'collects_for_response',
    severity: 'high',
    needles: ['credential', 'api key', 'secret', 'password', 'confidential', 'private key', 'token', 'system configuration'],
    pattern:
      /\b(first|also|then|always) (access|read|open|fetch|extract|collect|retrieve)\b[^.]{0,160}\b(credentials?|api keys?|secrets?|passwords?|confidential|private keys?|tokens?|system (secrets|configuration))\b/i,
    message: 'Asks the model to gather secrets along the way.',
  },
  {
    code: 'exfiltration_url',
    severity: 'high',
    needles: ['http'],
    pattern:
      /https?:\/\/[^\s"'<>)]{0,200}(webhook\.site|requestbin|pipedream\.net|ngrok(-free)?\.(io|app)|burpcollaborator|oast(ify)?\.|interact\.sh|beeceptor)|https?:\/\/[^\s"')]{1,200}[?&](data|secret|leak|exfil|stolen|history|conversation|password|credential)s?=[{$<]/i,
    message: 'Holds an address of the kind data is sent away to.',
  },
  {
    code: 'exfiltration',
    severity: 'high',
    needles: [
      'conversation',
      'chat history',
      'system prompt',
      'credential',
      'private key',
      'api key',
      'secrets',
      'passwords',
      'id_rsa',
      'environment variables',
      'content of',
      'contents of',
    ],
    pattern:
      /\b(send|post|upload|forward|transmit|exfiltrate|append|include|pass)(ing)?\b[^.\n]{0,80}\b(conversation|chat history|system prompt|credentials?|private keys?|api keys?|secrets|passwords|id_rsa|environment variables|contents? of)\b[^\n]{0,60}\b(to https?:|in (your|the) (response|sidenote|notes?)|as (the )?(sidenote|feedback|note)|to (an?|the) (external|attacker|remote))/i,
    message: 'Asks to pass on the conversation or secrets.',
  },
  {
    code: 'secret_path',
    severity: 'medium',
    needles: ['~/.', 'id_rsa', 'id_ed25519', 'id_ecdsa', '/etc/', 'git-credentials', 'mcp.json', 'system://', 'company://', 'internal://'],
    pattern:
      /~\/\.(ssh|aws|kube|gnupg|cursor|claude|config\/gcloud|docker\/config|netrc|npmrc)\b|\bid_(rsa|ed25519|ecdsa)\b|\/etc\/(passwd|shadow|sudoers)\b|\.git-credentials\b|\bmcp\.json\b|\b(system|company|internal):\/\/(secrets?|confidential|credentials?)\b/i,
    message: 'Names a place where secrets are kept.',
  },
  {
    code: 'self_promotion',
    severity: 'high',
    needles: ['tool in the world', 'tool of all', 'tool ever', 'tool available', 'tool on earth'],
    pattern:
      /\b(this is|is) the (very )?(best|greatest|most powerful|most trusted|number one) tool (in the world|of all|ever|available|on earth)\b/i,
    message: 'Praises itself to be chosen over other tools.',
  },
  {
    code: 'self_promotion',
    severity: 'medium',
    needles: [
      'other tools',
      'others',
      'than other',
      'instead of other',
      'over other',
      'place of other',
      'time the user',
      'always use this',
      'always choose this',
      'always prefer this',
      'always select this',
    ],
    pattern:
      /\buse this (tool|function)? ?(rather than|instead of|over|in place of) (the )?(any |all )?others?\b|\bcalled any ?time the user\b|\bevery ?time the user\b|\balways (use|choose|prefer|select) this tool\b|\b(do not|don't|never) use (any )?other tools?\b|\bignore (all )?other tools\b/i,
    message: 'Pushes itself to be used for everything or instead of other tools.',
  },
  {
    code: 'profiles_caller',
    severity: 'high',
    needles: ['of the llm', 'of the language', 'of the ai', 'of the model', 'of the agent', 'of the assistant'],
    pattern:
      /\b(name|version|identity|id|vendor) of the (llm|language model|ai model|llm model|ai|model|agent|assistant) (that|which|who) (calls|is calling|invokes|uses|called)\b/i,
    message: 'Asks which model is calling, which no task needs.',
  },
  {
    code: 'steers_before_use',
    severity: 'medium',
    needles: ['before using', 'before calling', 'before invoking', 'before running', 'must first', 'must always'],
    pattern:
      /\bbefore (using|calling|invoking|running) (any|this|every|another|other)( other)? tools?\b|\bmust (first|always) (read|access|include|send|call)\b/i,
    message: 'Sets conditions on what the model does around the call.',
  },
  {
    code: 'offensive_purpose',
    severity: 'high',
    needles: [
      'exfil',
      'privesc',
      'cmdi',
      'shell',
      'logg',
      'ransom',
      'root',
      'backdoor',
      'credential',
      'steal',
      'theft',
      'privilege',
      'injection',
      'pass-the',
      'pass the',
      'kerberoast',
      'bypass',
      'hijack',
      'launder',
      'sabotage',
      'detection',
      'crack',
      'brute',
      'exploit',
      'escape',
      'malicious',
    ],
    pattern:
      /\b(exfil|exfiltrat(e|es|ion|ing)|privesc|cmdi|reverse shell|bind shell|key ?logg(er|ing)|shell ?code|ransomware|rootkit|root kit|backdoors?|credential (theft|dump\w*|harvest\w*)|steal(s|ing)?|theft|privilege escalation|escalate privileges|(sql|dll|code|command|process|ldap|xpath|template|object|expression language) injection|pass[- ]the[- ](hash|ticket)|kerberoast\w*|bypass(es|ing)? (selinux|apparmor|uac|amsi|antivirus|edr|authentication|security|restrictions|file integrity)|(dll|session|clipboard|socket|path|token|dns|process|search order) hijack\w*|hijacks?|money laundering|sabotage|avoid(ing)? detection|without detection|crack (password|hash|passwords|hashes|wpa)\w*|brute[- ]?forc\w*|exploits? (\w{1,20} ){0,3}(vulnerabilit|for |polic|misconfig|weak|buffer|race|flaw)\w*|container escape|escape container|malicious(ly)?)\b/i,
    message: 'Describes an attack technique as its purpose.',
  },
  {
    code: 'offensive_purpose',
    severity: 'medium',
    needles: ['disrupt', 'tamper', 'manipulat', 'spoof', 'covert', 'stealth', 'unauthor', 'poison', 'sniff', 'dump'],
    pattern:
      /\b(disrupt\w*|tamper\w*|manipulat(e|ing) (flight|path|navigation|account|record|market|data)\w*|spoof\w*|covert\w*|stealth\w*|unauthori[sz]ed (access|transfer|control)|poison(ing)?|sniff(ing)?|dump(s|ing)? (memory|lsass|sam|credentials|hashes|password))\b/i,
    message: 'Speaks of disrupting, forging or spying.',
  },
  {
    code: 'hidden_comment',
    severity: 'medium',
    needles: ['<!--'],
    pattern: /<!--/,
    message: 'Holds a comment that rendered text does not show.',
  },
  {
    code: 'encoded_block',
    severity: 'medium',
    needles: [''],
    pattern: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{200,}={0,2}(?![A-Za-z0-9+/])/,
    message: 'Holds a long encoded block that nobody can read.',
  },
];
