import { rules } from '@icloud-delivery/rules'
import { counted } from './counted.ts'
import type { Happening, Outcome } from './happening.ts'
import type { Memory } from './scenario.ts'
import type { Seen } from './seen.ts'
import { shown } from './shown.ts'
import { realSpan } from './time.ts'

/** What a rule stands for: its title and whose fault it is. */
export function meaningOf(ruleId: string | null): { title: string; fault: string } | null {
  const rule = rules.find(({ id }) => id === ruleId)
  return rule ? { title: rule.title, fault: rule.fault } : null
}

/** A reply, safe and short. The recipient stands beside it already, so its address is left out. */
export function replyWords(reply: string, recipient: string, limit: number): string {
  return shown(reply.replaceAll(recipient, '…'), limit)
}

/** What was done after one try, where an hour takes `hourMs` ms. */
export function outcomeWords(
  { outcome, rule, at, retryAt }: Extract<Happening, { kind: 'outcome' }>,
  hourMs: number,
): string {
  const wait = retryAt === null ? 'later' : `in ${realSpan(retryAt - at, hourMs)}`
  switch (outcome) {
    case 'delivered':
      return 'delivered'
    case 'retry':
      return `kept in the queue, tried again ${wait}`
    case 'hold':
      return `kept in the queue, probed ${wait}`
    case 'soft-bounce':
      // Apple took mail for it a short while before.
      if (rule === 'invalid-recipient') return 'given up; the address is in doubt, and stays'
      return 'given up, and counted: only weeks of it would suppress the address'
    case 'suppress':
      return 'given up, and no more mail to this address'
    case 'fail':
      return isPutOff(rule) ? `${tooOld}; the address stays` : 'given up, the address stays'
    case 'taken-elsewhere':
      return 'delivered; not Apple, so nothing is judged or remembered'
    case 'refused-elsewhere':
      return "not Apple's reply, whatever its words: left to Haraka, which bounces it"
  }
}

/** Only age ends what a rule has tried again. */
function isPutOff(ruleId: string | null): boolean {
  const disposition = rules.find(({ id }) => id === ruleId)?.disposition
  return disposition === 'retry' || disposition === 'hold'
}

const tooOld = 'too old for the queue (5.4.7), and given up for that'

const keptBackWords = {
  suppressed: 'not sent: suppressed',
  held: 'waits: its lane, stream or domain is closed',
  later: 'waits: Apple slows this recipient down',
  expired: tooOld,
} as const

/** Why Haraka did not try. */
export function whyKeptBack({ why }: Extract<Happening, { kind: 'kept-back' }>): string {
  return keptBackWords[why]
}

/** That mail goes on waiting, after so many refusals. */
export function stillWaitingWords(refusals: number): string {
  return refusals === 0 ? 'still waits' : `still waits; refused ${times(refusals)} by now`
}

/** That a scope was closed or opened. */
export function scopeWords({ scope, id, change, byHand }: Extract<Happening, { kind: 'scope' }>): string {
  const name = scopeName(scope, id)
  return change === 'held'
    ? `${name} is closed: its mail waits, other mail goes on`
    : `${name} is open again: ${byHand ? 'released by hand' : 'Apple accepted the probe'}`
}

/** The engine names a stream `<lane>/<stream>`, and what a domain sends in one stream `<domain>/<stream>/<lane>`. */
function scopeName(scope: string, id: string): string {
  const [first = '', stream] = id.split('/').map((part) => `"${shown(part, 60)}"`)
  if (scope === 'sending-ip') return `The lane ${first} (a sending IP)`
  if (scope === 'stream') return `The stream ${stream ?? first}`
  if (scope === 'campaign') return id.startsWith('<') ? 'The rest of that message' : `The campaign ${first}`
  if (scope === 'private-relay') return `Apple's private relay, for the sending domain ${first},`
  return stream === undefined
    ? `The sending domain ${first}`
    : `The sending domain ${first} in the stream ${stream}`
}

/** What became of one mail, for the table. */
export function seenWords({ sendMail, connections, outcomes, waited, scopes }: Seen): string {
  if (sendMail !== 'accepted')
    return `${sendMail}: stopped in the shop, ${counted(connections, 'connection')}`
  const last = outcomes.at(-1)
  const before = outcomes.slice(0, -1)
  return [
    ...(waited ? ['waited, then was the probe'] : []),
    ...beforeWords(before),
    last === undefined ? 'nothing' : endWords[last],
    ...afterWords(scopes),
  ].join(', ')
}

/** A lane is closed and opened by the same mail, and {@link beforeWords} tells of it; streams and domains are not. */
function afterWords(scopes: readonly string[]): string[] {
  return scopes
    .filter((change) => !change.startsWith('sending-ip'))
    .map((change) => change.replace('sending-domain', 'domain'))
}

function beforeWords(outcomes: readonly Outcome[]): string[] {
  const retries = outcomes.filter((outcome) => outcome === 'retry').length
  const holds = outcomes.filter((outcome) => outcome === 'hold').length
  const words: string[] = []
  if (retries > 0) words.push(`put off ${times(retries)}`)
  if (holds === 1) words.push('lane held, probe accepted')
  if (holds > 1) words.push(`lane held, probe ${holds} accepted`)
  return words
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}

const endWords: Readonly<Record<Outcome, string>> = {
  delivered: 'delivered',
  retry: 'waiting',
  hold: 'waiting',
  'soft-bounce': 'given up and counted',
  suppress: 'given up, suppressed',
  fail: 'given up, address kept',
  'taken-elsewhere': 'delivered',
  'refused-elsewhere': 'bounced by Haraka as ever',
}

/** What the ledger knows about a recipient. */
export function memoryWords({ suppressedBy, softBounces, delivered }: Memory): string {
  if (suppressedBy !== null) return `suppressed by ${suppressedBy}`
  if (softBounces > 0) return `${counted(softBounces, 'failed send')} in a row, not suppressed`
  return delivered ? 'Apple accepts its mail' : 'nothing against it'
}
