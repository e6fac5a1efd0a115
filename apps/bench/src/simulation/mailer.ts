import type { Action, Admission, Engine, HoldRef } from '@icloud-delivery/engine'
import type { Apple } from './apple.ts'
import { Calendar } from './calendar.ts'
import type { Fates } from './fates.ts'
import { Counts, noMail, type MailFigures } from './figures.ts'
import type { Letter } from './sender.ts'
import { hour, secondAt } from './time.ts'
import { directoryIncident, isOn } from './troubles.ts'
import { WaitingLines } from './waiting-lines.ts'
import type { World } from './world.ts'

/** The rules by which Apple says that a mailbox does not exist. */
const saysDead = 'invalid-recipient'

export interface MailerParts {
  engine: Engine
  world: World
  apple: Apple
  fates: Fates
}

/** Hands letters over, as a mail server would: it asks the engine, tries, reports, and does what the engine says. */
export class Mailer {
  readonly mail: MailFigures = noMail()
  /** What was said, by rule; attempts. */
  readonly replies: Counts = new Counts()
  /** Letters given up for a reply, by rule. */
  readonly failedBy: Counts = new Counts()
  readonly expiredBy: Counts = new Counts()
  readonly suppressedBy: Counts = new Counts()
  /** Letters not sent to recipients that were well. */
  wronglyNotSent = 0
  private readonly parts: MailerParts
  private readonly calendar = new Calendar<Letter>()
  private readonly lines = new WaitingLines()
  private readonly clicked: Uint8Array
  private second = 0

  constructor(parts: MailerParts) {
    this.parts = parts
    this.clicked = new Uint8Array(parts.world.size)
    parts.engine.on('released', (what) => {
      if ('hold' in what) this.lines.wake(what.hold, this.second + 1)
    })
    parts.engine.on('halfOpen', ({ hold }) => this.lines.wake(hold, this.second + 1))
  }

  get isIdle(): boolean {
    return this.calendar.isEmpty && this.lines.isEmpty
  }

  get longestLine(): number {
    return this.lines.longest
  }

  /** Whether something is due at this second. */
  isDue(second: number): boolean {
    return this.calendar.has(second) || this.lines.isDue(second)
  }

  /** Does what is due at this second. Seconds come in order. */
  async turn(second: number, arriving: readonly Letter[]): Promise<void> {
    this.second = second
    for (const letter of this.calendar.take(second)) {
      if (letter.isUnderWay) await this.arrive(letter)
      else await this.ask(letter)
    }
    await this.lines.move(second, (letter, hold) => this.askFromLine(letter, hold))
    this.mail.messages += arriving.length
    for (const [first, ...others] of campaignsOf(arriving)) {
      if (first.campaign === undefined) await this.ask(first)
      else await this.askTogether([first, ...others])
    }
  }

  /** Asks whether it may go. Says for which hold it waits and until when, if it does. */
  private async ask(letter: Letter, isInLine = false): Promise<{ hold: HoldRef; second: number } | null> {
    const { recipient, sender, stream, lane, messageId, campaign, acceptedAt } = letter
    const request = { recipients: [recipient], sender, stream, lane, messageId, acceptedAt }
    const [admission] = await this.parts.engine.admit(
      campaign === undefined ? request : { ...request, campaign },
    )
    return this.obey(letter, admission!, isInLine)
  }

  /** Asks for letters of one campaign on one lane at once. */
  private async askTogether(letters: readonly Letter[]): Promise<void> {
    const { sender, stream, lane, campaign, acceptedAt } = letters[0]!
    const recipients = letters.map(({ recipient }) => recipient)
    const admissions = await this.parts.engine.admit({
      recipients,
      sender,
      stream,
      lane,
      acceptedAt,
      ...(campaign !== undefined && { campaign }),
    })
    admissions.forEach((admission, index) => this.obey(letters[index]!, admission, false))
  }

  /** Lets it go or wait, as the engine says. */
  private obey(
    letter: Letter,
    admission: Admission,
    isInLine: boolean,
  ): { hold: HoldRef; second: number } | null {
    switch (admission.decision) {
      case 'send':
        letter.isUnderWay = true
        // Apple takes a second or two to answer.
        this.calendar.add(Math.max(this.second, letter.due) + 1 + (letter.who & 1), letter)
        return null
      case 'suppressed':
        this.mail.notSent++
        this.parts.fates.touch(letter.who)
        if (this.parts.world.truthAt(letter.who, this.second) === 'valid') this.wronglyNotSent++
        return null
      case 'expired':
        this.mail.expired++
        this.expiredBy.add(admission.rule ?? 'none')
        return null
      case 'held':
      case 'later': {
        const again = this.notBefore(admission.retryAt)
        if (admission.decision === 'held') this.mail.held++
        else this.mail.postponed++
        if (admission.hold === null) this.calendar.add(again, letter)
        else if (!isInLine) this.lines.join(admission.hold, letter, again)
        return admission.hold && { hold: admission.hold, second: again }
      }
    }
  }

  private async askFromLine(letter: Letter, { scope, id }: HoldRef): Promise<number | null> {
    const wait = await this.ask(letter, true)
    if (wait === null) return null
    if (wait.hold.scope === scope && wait.hold.id === id) return wait.second
    this.lines.join(wait.hold, letter, wait.second)
    return null
  }

  /** Apple answers. */
  private async arrive(letter: Letter): Promise<void> {
    const { engine, world, apple, fates } = this.parts
    letter.isUnderWay = false
    const { outcome, rule } = apple.answer(letter, this.second)
    const { who, recipient, sender, stream, lane, messageId, campaign, acceptedAt } = letter
    const request = { recipient, sender, stream, lane, messageId, acceptedAt, outcome }
    const action = await engine.record(campaign === undefined ? request : { ...request, campaign })
    if (!action.durable) throw new Error(`the outcome of ${messageId} was not remembered`)
    this.mail.attempts++
    this.replies.add(rule ?? 'delivered')
    if (rule === null) {
      fates.delivered(who, this.second)
      if (stream === 'marketing') await this.read(letter)
    } else if (world.truthAt(who, this.second) === 'dead')
      fates.metDead(who, this.second, rule === saysDead, this.isBelievable(action))
    this.follow(letter, action, rule ?? 'none')
  }

  /** Some readers click. Once is enough to count as engaged for the rest of the month. */
  private async read({ who, recipient }: Letter): Promise<void> {
    const { engine, world } = this.parts
    if (this.clicked[who] !== 0 || !world.isReader(who)) return
    this.clicked[who] = 1
    await engine.recordEngagement(recipient, 'click')
  }

  /** In an incident nobody can tell the dead from the others, and what came shortly before it is taken back too. */
  private isBelievable(action: Action): boolean {
    const isNear = isOn(directoryIncident, this.second) || isOn(directoryIncident, this.second + hour)
    return action.type !== 'retry' && !isNear
  }

  /** Does what the engine says. */
  private follow(letter: Letter, action: Action, rule: string): void {
    switch (action.type) {
      case 'delivered':
        this.mail.delivered++
        return
      case 'retry':
        this.mail.retried++
        this.calendar.add(this.notBefore(action.retryAt), letter)
        return
      case 'hold':
        this.mail.held++
        this.calendar.add(this.notBefore(action.retryAt), letter)
        return
      case 'soft-bounce':
        this.mail.softBounced++
        return
      case 'fail':
        if (action.expired) {
          this.mail.expired++
          this.expiredBy.add(rule)
        } else {
          this.mail.failed++
          this.failedBy.add(rule)
        }
        return
      case 'suppress':
        this.mail.suppressed++
        this.suppressedBy.add(rule)
        this.parts.fates.touch(letter.who)
        return
      case 'pass':
      case 'handed-over':
        throw new Error(`Apple's answer to ${letter.messageId} was taken for somebody else's: ${rule}`)
    }
  }

  private notBefore(ms: number): number {
    return Math.max(secondAt(ms), this.second + 1)
  }
}

/** Letters that are asked for together: of one campaign and lane. All others stand alone. */
function campaignsOf(letters: readonly Letter[]): (readonly [Letter, ...Letter[]])[] {
  const groups: [Letter, ...Letter[]][] = []
  const byCampaign = new Map<string, [Letter, ...Letter[]]>()
  for (const letter of letters) {
    const key = `${letter.campaign} ${letter.lane}`
    const group = letter.campaign === undefined ? undefined : byCampaign.get(key)
    if (group !== undefined) {
      group.push(letter)
      continue
    }
    const begun: [Letter, ...Letter[]] = [letter]
    groups.push(begun)
    if (letter.campaign !== undefined) byCampaign.set(key, begun)
  }
  return groups
}
