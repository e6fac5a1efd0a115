import type { Outcome } from '@icloud-delivery/engine'
import { rules, type Example } from '@icloud-delivery/rules'
import type { Letter } from './sender.ts'

const mx = 'mx01.mail.icloud.com'
/** The stand-ins in the rules' examples: recipient, sender, IP, the sender's domain. */
const standIns =
  /\b(?:(user@(?:icloud\.com|example\.com|privaterelay\.appleid\.com))|(bounces@em\.example\.com)|(192\.0\.2\.\d+)|(?:mail\.)?example\.com)/g

const examples = new Map<string, readonly Example[]>(rules.map((rule) => [rule.id, rule.examples]))

/** Which of a rule's examples are meant, where one rule has replies that mean different things. */
const some: Readonly<Record<string, RegExp>> = {
  'spamhaus-block': /\b(?:SBL|XBL)\b/,
}
const known = new Map<string, readonly Example[]>()

/** What Apple says under a rule: one of the rule's examples, chosen by `lot` (0 to below 1), about this letter. */
export function replyOf(rule: string, letter: Letter, lot: number): Outcome {
  const choice = choiceOf(rule)
  const example = choice[Math.floor(lot * choice.length)]!
  const domain = letter.sender.slice(letter.sender.indexOf('@') + 1)
  const input = example.input.replace(standIns, (_, recipient?: string, sender?: string, ip?: string) => {
    if (recipient !== undefined) return letter.recipient
    if (sender !== undefined) return letter.sender
    return ip === undefined ? domain : letter.lane
  })
  return { kind: 'reply', input, mx, phase: example.phase ?? null }
}

function choiceOf(rule: string): readonly Example[] {
  let choice = known.get(rule)
  if (choice === undefined) {
    choice = (examples.get(rule) ?? []).filter(({ input }) => some[rule]?.test(input) ?? true)
    if (choice.length === 0) throw new Error(`the rules have no example for ${rule}`)
    known.set(rule, choice)
  }
  return choice
}

/** `250`, as Apple says it. */
export const accepted: Outcome = { kind: 'delivered', text: '250 2.0.0 Ok: queued as 4F12345678' }

export const silence: Outcome = { kind: 'no-reply', error: 'ECONNRESET', mx }
