import { rules } from '@icloud-delivery/rules'
import { ruleReplies } from './rule-reply.ts'
import type { Step, StepPhase } from './step.ts'

/** What a recipient's local part asks for. */
export interface Scenario {
  /** The local part, such as `mailbox-full`. */
  name: string
  /** When a recipient of this name gets the reply. A recipient is not known before `rcpt`. */
  phase: 'rcpt' | 'data' | 'eod'
  /** When Apple gives it, if known. */
  applePhase: StepPhase | null
  /** The reply code. */
  code: number
  /** The reply, with the placeholders of the rule's example. */
  reply: string
}

/**
 * The scenario for a rule: which recipient to write to, and what to expect. For tests that go through all rules.
 *
 * @returns `null` for a rule that is unknown or of which no reply of a server is known
 */
export function scenarioFor(ruleId: string): Scenario | null {
  const said = ruleReplies(ruleId).find((reply) => reply !== null)
  if (!said) return null
  const phase = said.phase === 'data' || said.phase === 'eod' ? said.phase : 'rcpt'
  return { name: ruleId, phase, applePhase: said.phase, code: said.code, reply: said.text }
}

/** Scenarios that are no reply of Apple's but what networks and slow servers do. */
export const specialScenarios: Readonly<Record<string, { step: Step; does: string }>> = {
  slow: { step: { accept: true, phase: 'eod', delayMs: 5000 }, does: 'accepts, 5 s after the final dot' },
  drop: { step: { drop: true, phase: 'rcpt' }, does: 'hangs up at RCPT without a reply' },
  'drop-data': { step: { drop: true, phase: 'eod' }, does: 'hangs up after the final dot without a reply' },
  '421-close': {
    step: { rule: 'rate-limited', close: true },
    does: 'the reply of rate-limited, then hangs up',
  },
}

/** The name without `+tag`, in lower case. */
export function localPartOf(address: string): string {
  const at = address.lastIndexOf('@')
  const local = (at === -1 ? address : address.slice(0, at)).toLowerCase()
  const plus = local.indexOf('+')
  return plus > 0 ? local.slice(0, plus) : local
}

/**
 * The step that a local part asks for: a rule's id, with `-2` for its second example, `-554` for the one with this
 * code, or `-pbl` for the one with this word, and with `-close` after it to hang up afterwards; or `slow`,
 * `slow-30` (seconds), `drop`, `drop-data`. `null` for any other name.
 */
export function stepFor(localPart: string): Step | null {
  const special = Object.hasOwn(specialScenarios, localPart) ? specialScenarios[localPart] : undefined
  if (special) return special.step
  const seconds = /^slow-(\d{1,4})$/.exec(localPart)?.[1]
  if (seconds !== undefined) return { accept: true, phase: 'eod', delayMs: Number(seconds) * 1000 }
  if (localPart.endsWith('-close')) {
    const step = ruleStep(localPart.slice(0, -'-close'.length))
    return step && { ...step, close: true }
  }
  return ruleStep(localPart)
}

/** The same for the sender's local part: only replies that Apple gives at MAIL, others are free to be called `slow`. */
export function senderStepFor(localPart: string): Step | null {
  const step = ruleStep(localPart)
  return step && ruleReplies(step.rule)[step.example]?.phase === 'mail' ? step : null
}

function ruleStep(name: string): { rule: string; example: number } | null {
  for (const { id } of rules) {
    if (name !== id && !name.startsWith(`${id}-`)) continue
    const example = exampleNamed(id, name.slice(id.length + 1))
    if (example !== -1) return { rule: id, example }
  }
  return null
}

function exampleNamed(id: string, variant: string): number {
  const replies = ruleReplies(id)
  if (variant === '') return replies.findIndex((reply) => reply !== null)
  if (/^\d{1,2}$/.test(variant)) return replies[Number(variant) - 1] ? Number(variant) - 1 : -1
  return replies.findIndex((reply) =>
    reply?.text
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .includes(variant),
  )
}
