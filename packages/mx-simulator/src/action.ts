import { SimulatorError } from './errors.ts'
import { fillIn, type Parties } from './fill-in.ts'
import { nearest } from './nearest.ts'
import { ruleReplies, type RuleReply } from './rule-reply.ts'
import { isStepPhase, laterPhase, type Step, type StepPhase } from './step.ts'
import { wireReply } from './wire-reply.ts'

/** A step that was checked and made ready. */
export interface Action {
  phase: StepPhase
  /** `null`: the answer that a healthy recipient gets. */
  reply: ((parties: Parties) => string) | null
  rule: string | null
  delayMs: number
  /** Never rejects. */
  until: PromiseLike<unknown> | null
  close: boolean
  drop: boolean
  /** Whether what it answers goes on. With `drop` at `eod`: whether the message is taken. */
  success: boolean
}

/**
 * Checks a step.
 *
 * @param asked the point of the session at which the step is found; it cannot answer earlier than that
 * @throws SimulatorError `ERR_SIMULATOR_STEP`
 */
export function actionOf(step: Step, asked: StepPhase): Action {
  if (typeof step !== 'object' || step === null) throw badStep(step, 'is not an object')
  refuseUnknown(step)
  const { delayMs = 0, until, phase, times = 1 } = step
  if (!(delayMs >= 0 && Number.isFinite(delayMs)))
    throw badStep(step, 'delayMs must be 0 or more milliseconds')
  if (!(Number.isInteger(times) && times >= 1)) throw badStep(step, 'times must be a whole number from 1')
  if (until !== undefined && typeof until?.then !== 'function') throw badStep(step, 'until must be a promise')
  if (phase !== undefined && !isStepPhase(phase)) {
    throw badStep(step, 'phase must be connect, helo, mail, rcpt, data or eod')
  }
  const common = {
    delayMs,
    until: until?.then(undefined, () => undefined) ?? null,
    close: step.close ?? false,
    drop: step.drop ?? false,
  }
  const at = (usual: StepPhase | null): StepPhase => laterPhase(phase ?? usual ?? asked, asked)

  if ('rule' in step) {
    const said = exampleOf(step)
    const close = step.close ?? said.rule.id === 'too-many-errors'
    const reply = (parties: Parties): string => fillIn(said.text, said.rule, parties)
    return { ...common, close, phase: at(said.phase), reply, rule: said.rule.id, success: false }
  }
  if ('reply' in step) {
    const said = typeof step.reply === 'string' ? wireReply(step.reply) : null
    if (said === null) throw badStep(step, 'reply must start with a code from 200 to 599 and a space')
    const reached = at(null)
    const usual = reached === 'data' ? 3 : 2
    const kind = Math.trunc(said.code / 100)
    if (kind < 4 && kind !== usual) throw badStep(step, `a reply of success at ${reached} is ${usual}xx`)
    return { ...common, phase: reached, reply: () => said.text, rule: null, success: kind < 4 }
  }
  if (!('accept' in step) && !common.drop) throw badStep(step, 'needs one of accept, rule, reply or drop')
  return { ...common, phase: at(null), reply: null, rule: null, success: 'accept' in step }
}

const known = ['accept', 'rule', 'example', 'reply', 'drop', 'phase', 'times', 'delayMs', 'until', 'close']

function refuseUnknown(step: Step): void {
  const name = Object.keys(step).find((key) => !known.includes(key))
  if (name === undefined) return
  const near = nearest(name, known)
  const hint = near === null ? `expected some of ${known.join(', ')}` : `did you mean "${near}"?`
  throw badStep(step, `there is no "${name.slice(0, 100)}"; ${hint}`)
}

function exampleOf(step: { rule: string; example?: number }): RuleReply {
  const replies = ruleReplies(step.rule)
  const found = step.example === undefined ? replies.find((reply) => reply !== null) : replies[step.example]
  if (found) return found
  const usable = replies.flatMap((reply, i) => (reply === null ? [] : [i]))
  if (replies.length === 0) throw badStep(step, `there is no rule "${step.rule}" with an example`)
  throw badStep(step, `the rule has no such reply; use example ${usable.join(', ') || '(none is a reply)'}`)
}

function badStep(step: unknown, problem: string): SimulatorError {
  const shown = JSON.stringify(step) ?? String(step)
  return new SimulatorError('ERR_SIMULATOR_STEP', `Step ${shown.slice(0, 200)}: ${problem}.`)
}
