/**
 * The baseline: a list of patterns that are tried one after the other, as most bounce handlers do it. It knows the same
 * replies, but not whose they are.
 */
const patterns: readonly (readonly [rule: string, pattern: RegExp])[] = [
  ['rate-limited', /deferred due to excessive volume/i],
  ['ip-deferred', /\[HCM1\]/i],
  ['ip-rejected', /\[HCM2\]/i],
  ['policy-cs01', /\[CS01\]/i],
  ['policy-cs02', /\[CS02\]/i],
  ['policy-cs03', /\[CS03\]/i],
  ['policy-hm07', /\[HM07\]/i],
  ['policy-hm08', /\[HM08\]/i],
  ['authentication-failure', /\[HME1\]|failing both SPF and DKIM/i],
  ['dmarc-failure', /rejected due to \S+ DMARC policy/i],
  ['proofpoint-block', /blocked\s+-\s+see\s+https?:\/\/\S*proofpoint\.com/i],
  ['spamhaus-dbl', /spamhaus\s+DBL/i],
  ['spamhaus-block', /listing in spamhaus|spamhaus\.org\/query/i],
  ['private-relay-unregistered-sender', /unauthorized sender|bad mailbox name/i],
  ['private-relay-transformation', /transformation error/i],
  ['inactive-account', /inactive email address/i],
  ['directory-outage', /user lookup success but no user record/i],
  ['mailbox-full', /user is over\s?quota|mailbox (?:is )?full|quota exceeded/i],
  [
    'invalid-recipient',
    /user (?:does not exist|not found|unknown)|unknown or illegal alias|no longer on (?:system|server)/i,
  ],
  ['relay-access-denied', /relay access denied/i],
  ['sender-domain-not-found', /sender address rejected:\s+domain not found/i],
  ['helo-not-found', /helo command rejected/i],
  ['service-unavailable', /service unavailable/i],
  ['temporary-error', /\[BS02\]|temporary server error/i],
  ['too-many-errors', /too many errors/i],
  ['not-accepting-connections', /not accepting connections/i],
  ['pipelining-fallout', /need MAIL command/i],
  ['local-policy', /due to local policy/i],
]

/** The rule whose pattern matches first; else by the first digit of the code. */
export function classifyNaively(reply: string): string | null {
  const text = reply.replace(/\s+/g, ' ')
  for (const [rule, pattern] of patterns) if (pattern.test(text)) return rule
  const code = /\b([245])\d\d[ -]/.exec(text)?.[1]
  if (code === '2') return null
  return code === '5' ? 'unknown-permanent' : 'unknown-temporary'
}
