import { attempt } from '../../attempt.ts'
import type { Gate } from '../../gate.ts'
import type { Host } from '../../host.ts'
import type { Job } from '../../job.ts'
import type { Settled, TryAgain } from '../../settled.ts'
import type { OutboxEntry, OutboxOutcome, OutboxRecipient } from '../entry.ts'
import type { Claim, Outbox } from '../outbox.ts'
import { backOff } from './back-off.ts'
import { expiryOf } from './expiry.ts'
import { Hooks } from './hooks.ts'
import { leaveForOthers } from './leave-for-others.ts'
import { nextStep } from './next-step.ts'
import type { UnstoredOutcomes } from './unstored-outcomes.ts'
import { reportOf, type OutboxEvents } from './report.ts'
import { storedMail } from '../stored-mail.ts'
import { asApple, storedJob } from './stored-job.ts'

/** What a handler has of its worker. */
export interface HandlerParts {
  host: Host
  outbox: Outbox
  gate: Gate
  /** The worker is to end: what has not begun begins no more. */
  closing: AbortSignal
  /** A warning that is worth saying once. */
  complain: (message: string) => void
  emit: <K extends keyof OutboxEvents>(event: K, payload: OutboxEvents[K]) => void
  /** Those of the recipients whose hold is over before its time. */
  released: (recipients: readonly OutboxRecipient[]) => Promise<readonly OutboxRecipient[]>
  /** Hears of each recipient that has to wait. */
  waits: (recipient: OutboxRecipient) => void
  /** Final outcomes of messages whose lease was lost before they were stored. */
  unstored: UnstoredOutcomes
  /** Does it again until it works, as long as the worker runs. */
  persist: (write: () => Promise<boolean>) => Promise<boolean>
}

/** So often a hook may fail; then, if nobody waits for the message any more, it is no use to go on. */
const mostHookFailures = 10

/** The lease was lost, or the worker ends: somebody else goes on with the message. */
class NotOurs extends Error {}

/** Does with one claimed message what there is to do, and ends the claim. */
export class ClaimHandler {
  readonly #parts: HandlerParts
  readonly #claim: Claim
  readonly #hooks: Hooks
  #saving: Promise<void> = Promise.resolve()
  #entry: OutboxEntry

  private constructor(parts: HandlerParts, claim: Claim, entry: OutboxEntry) {
    this.#parts = parts
    this.#claim = claim
    this.#entry = entry
    this.#hooks = new Hooks(parts.host.settings, parts.host.ownHooks)
  }

  /** Rejects only with what is a fault of this package. */
  static async handle(parts: HandlerParts, claim: Claim): Promise<void> {
    const { entry, problem, id } = claim
    if (entry !== null && (await leaveForOthers(parts, claim, entry))) return
    if (entry === null || problem !== null) {
      const reason = problem ?? 'it cannot be read'
      if (!(await parts.persist(() => parts.outbox.bury(claim, null, reason, false)))) return
      // No hook hears of it, for it may still be sent.
      parts.host.warn(`The message ${id} in the outbox went to the dead-letter list: ${reason}`)
      parts.emit('dead', { id, reason, entry })
      return
    }
    const handler = new ClaimHandler(parts, claim, entry)
    try {
      await handler.#run()
    } catch (error) {
      // If it comes back to this worker, it is not sent again.
      parts.unstored.keep(id, handler.#unsaid)
      if (!(error instanceof NotOurs)) throw error
    }
  }

  async #run(): Promise<void> {
    for (const outcome of this.#parts.unstored.take(this.#claim.id)) {
      const recipient = this.#entry.recipients.find(({ address }) => address === outcome.recipient)
      if (recipient === undefined) continue
      this.#apply(recipient, { outcome })
      this.#unsaid.push(outcome)
    }
    // Those of a worker that was killed in the middle.
    let isTold = await this.#tell()
    // A hook that fails is no reason not to send to those who wait.
    await this.#send()
    if (isTold) isTold = await this.#tell()
    await this.#end(isTold)
  }

  async #send(): Promise<void> {
    const { host } = this.#parts
    const { clock } = host.settings
    const now = clock()
    const { recipients } = this.#entry
    const released = await this.#parts.released(recipients)
    const due = recipients.filter((each) => each.nextAt <= now || released.includes(each))
    // Nothing is due if somebody wants it sent now, or if only a hook that failed is to be told again.
    const isForHooks = (this.#claim.entry?.hookFailures ?? 0) > 0
    const going = due.length > 0 || isForHooks ? due : this.#entry.recipients
    if (going.length === 0) return
    const job = storedJob(
      this.#parts,
      this.#entry,
      storedMail(this.#entry, this.#claim.body ?? new Uint8Array()),
    )
    const together = host.settings.sharing === 'by-host' ? going.filter(({ isAlone }) => !isAlone) : []
    const apart = going.filter((recipient) => !together.includes(recipient))
    const groups = apart.map((recipient) => [recipient])
    if (together.length > 0) groups.push(together)
    await this.#sendGroups(job, groups)
    // One after the other: what is against the message itself is known after the first ones, and holds the rest.
    for (let next = this.#nextAlone(); next; next = this.#nextAlone()) await this.#sendGroups(job, [[next]])
  }

  /** Those of this claim who went alone already. */
  readonly #wentAlone = new Set<string>()

  /** Somebody whose transaction with others was refused right now. */
  #nextAlone(): OutboxRecipient | undefined {
    const { settings } = this.#parts.host
    if (settings.sharing !== 'by-host') return undefined
    const now = settings.clock()
    return this.#entry.recipients.find(
      ({ isAlone, nextAt, address }) => isAlone && nextAt <= now && !this.#wentAlone.has(address),
    )
  }

  async #sendGroups(job: Job, groups: readonly (readonly OutboxRecipient[])[]): Promise<void> {
    const { host } = this.#parts
    const { clock } = host.settings
    let open = groups.length
    for (const [only, ...others] of groups) if (only && others.length === 0) this.#wentAlone.add(only.address)
    // All of them, also if the lease is lost meanwhile: what they come to has to be known.
    const ended = await Promise.allSettled(
      groups.map(async (group) => {
        const results = await attempt(job, group.map(asApple), null)
        const outcomes: OutboxOutcome[] = []
        for (const [index, recipient] of group.entries()) {
          const result = results[index]
          if (result === undefined) continue
          const context = {
            now: clock(),
            expiresAt: expiryOf(this.#entry, host.settings.maxAgeSeconds),
            deliverBy: this.#entry.deliverBy ?? null,
            retryAmbiguous: host.settings.retryAmbiguous,
            random: Math.random,
          }
          if (this.#isNoTry(result)) continue
          const step = nextStep(recipient, result, context)
          this.#apply(recipient, step)
          if ('outcome' in step) outcomes.push(step.outcome)
        }
        open--
        if (outcomes.length === 0) return
        this.#unsaid.push(...outcomes)
        // The end of the claim is near, and makes these durable as well.
        if (open === 0 && this.#entry.untold.length === 0 && !this.#nextAlone()) return
        // One after the other: each says what the ones before have said.
        this.#saving = this.#saving.then(() => this.#save())
        await this.#saving
      }),
    )
    for (const end of ended) if (end.status === 'rejected') throw end.reason
  }

  /** It was closed under our hands, or did not even begin. What may have arrived was a try. */
  #isNoTry(result: Settled | TryAgain): boolean {
    if (result.state !== 'rejected' || result.failure.permanent || result.failure.ambiguous) return false
    return result.failure.code === 'EABORT' || this.#parts.host.isClosed()
  }

  /** Outcomes that are not durable yet. */
  readonly #unsaid: OutboxOutcome[] = []

  #apply(recipient: OutboxRecipient, step: ReturnType<typeof nextStep>): void {
    const { recipients, untold, expired } = this.#entry
    const others = recipients.filter((each) => each !== recipient)
    if ('waits' in step) {
      this.#entry = { ...this.#entry, recipients: [...others, step.waits] }
      const { messageId } = this.#entry
      this.#parts.emit('retry', { id: this.#claim.id, messageId, ...step.waits })
      return
    }
    const { outcome } = step
    const { code, rule, message } = outcome
    if (outcome.state === 'delivered') this.#hooks.over(this.#entry, outcome.recipient)
    const isOver = code === 'EEXPIRED'
    const over = { address: outcome.recipient, tries: outcome.tries, nextAt: outcome.at }
    this.#entry = {
      ...this.#entry,
      recipients: others,
      untold: this.#hooks.wants(outcome) ? [...untold, outcome] : untold,
      expired: isOver ? [...expired, { ...over, last: { code: code ?? '', rule, message } }] : expired,
    }
  }

  async #save(): Promise<void> {
    const { outbox, persist } = this.#parts
    const dropBody = this.#entry.recipients.length === 0
    const entry = this.#entry
    const saved = this.#unsaid.length
    if (!(await persist(() => outbox.save(this.#claim, entry, dropBody)))) throw new NotOurs()
    this.#report(this.#unsaid.splice(0, saved))
  }

  /** False if a hook failed: it is told again later. */
  async #tell(): Promise<boolean> {
    const { warn } = this.#parts.host
    for (const outcome of this.#entry.untold) {
      try {
        await this.#hooks.tell(this.#claim.id, this.#entry, outcome)
      } catch (error) {
        const hookFailures = this.#entry.hookFailures + 1
        this.#entry = { ...this.#entry, hookFailures }
        warn(
          `A hook failed for the message ${this.#claim.id} in the outbox (${hookFailures}): ${String(error)}`,
        )
        return false
      }
      this.#entry = {
        ...this.#entry,
        hookFailures: 0,
        untold: this.#entry.untold.filter((each) => each !== outcome),
      }
    }
    return true
  }

  async #end(isTold: boolean): Promise<void> {
    const { outbox, persist, host } = this.#parts
    const entry = this.#entry
    const { recipients, expired, hookFailures } = entry
    if (!isTold && recipients.length === 0 && hookFailures >= mostHookFailures) {
      await this.#bury(`a hook failed ${hookFailures} times; outcomes that it does not know are in "untold"`)
      return
    }
    if (!isTold || recipients.length > 0) {
      const tellAt = isTold ? Infinity : host.settings.clock() + backOff(hookFailures, Math.random)
      const dueAt = Math.min(tellAt, ...recipients.map(({ nextAt }) => nextAt))
      if (!(await persist(() => outbox.release(this.#claim, entry, dueAt)))) throw new NotOurs()
      // Not before it is there: what opens meanwhile would be looked for in vain, and the message wait for its time.
      for (const recipient of recipients) this.#parts.waits(recipient)
      this.#report(this.#unsaid)
      return
    }
    if (expired.length > 0) {
      await this.#bury('expired: too old, or past its deliverBy')
      return
    }
    if (!(await persist(() => outbox.finish(this.#claim)))) throw new NotOurs()
    this.#report(this.#unsaid)
  }

  async #bury(reason: string): Promise<void> {
    const { outbox, persist, emit } = this.#parts
    const entry = {
      ...this.#entry,
      recipients: [...this.#entry.recipients, ...this.#entry.expired],
      expired: [],
    }
    if (!(await persist(() => outbox.bury(this.#claim, entry, reason, true)))) throw new NotOurs()
    this.#report(this.#unsaid)
    emit('dead', { id: this.#claim.id, reason, entry })
  }

  #report(outcomes: readonly OutboxOutcome[]): void {
    for (const outcome of outcomes) {
      this.#parts.emit(outcome.state, reportOf(this.#claim.id, this.#entry, outcome))
    }
  }
}
