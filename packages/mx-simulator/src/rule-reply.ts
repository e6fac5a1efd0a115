import { rules, type Phase, type Rule } from '@icloud-delivery/rules'
import { isStepPhase, type StepPhase } from './step.ts'
import { wireReply } from './wire-reply.ts'

/** One of a rule's examples, as a server says it. */
export interface RuleReply {
  rule: Rule
  /** Names the example's own recipient, sender, domain or IP. */
  text: string
  code: number
  /** `null` where it is not known at which point Apple gives it. */
  phase: StepPhase | null
}

const replies = new Map<string, readonly (RuleReply | null)[]>()

/**
 * A rule's examples as wire replies, in the rule's order. `null` where the example is no reply of a server (a log
 * line, a wrapper). An unknown rule gives an empty list.
 */
export function ruleReplies(id: string): readonly (RuleReply | null)[] {
  let found = replies.get(id)
  if (found === undefined) {
    const rule = rules.find((candidate) => candidate.id === id)
    found = rule?.examples.map((example) => asSaid(rule, example.input, example.phase)) ?? []
    replies.set(id, found)
  }
  return found
}

/**
 * Pipelining senders log the refusal of RCPT and append that of MAIL, which was a reply of its own. The server gives
 * the second at MAIL, and the first follows from it.
 */
const join = ' - MAIL FROM error: '

function asSaid(rule: Rule, input: string, phase: Phase | undefined): RuleReply | null {
  const joined = input.lastIndexOf(join)
  const said = joined === -1 ? input : input.slice(joined + join.length)
  const reply = wireReply(withCode(unwrapped(said)))
  if (reply === null || reply.code < 400) return null
  return { rule, ...reply, phase: joined !== -1 ? 'mail' : isStepPhase(phase) ? phase : null }
}

/** Without what Postfix appends, and on one line unless every line is a reply line. */
function unwrapped(text: string): string {
  const said = text.replace(/ \(in reply to [A-Za-z ]{1,40}\)$/, '')
  const lines = said.split(/\r?\n/)
  return lines.every((line) => /^\d{3}[ -]/.test(line)) ? said : lines.map((line) => line.trim()).join(' ')
}

/** Some replies are only known without their basic code. */
function withCode(text: string): string {
  const enhanced = /^([45])\.\d{1,3}\.\d{1,3} /.exec(text)
  return enhanced === null ? text : `${enhanced[1]}50 ${text}`
}
