import type { Outcome } from '@icloud-delivery/engine'
import { random } from '../random.ts'
import { accepted, replyOf, silence } from './replies.ts'
import type { Letter, Sender } from './sender.ts'
import {
  early,
  endOf,
  isOn,
  late,
  lateTrickle,
  startOf,
  transformationFailures,
  trickle,
  type Trouble,
} from './troubles.ts'
import type { Truth, World } from './world.ts'

/** What is said of a mailbox that is not well, by how it is. */
const refusals: Readonly<Record<Exclude<Truth, 'valid'>, string>> = {
  dead: 'invalid-recipient',
  inactive: 'inactive-account',
  full: 'mailbox-full',
  denied: 'relay-access-denied',
}

/** Answers as Apple would. The same questions in the same order get the same answers. */
export class Apple {
  private readonly world: World
  private readonly sender: Sender
  private readonly random: () => number
  /** What is going on, and until when nothing of that changes. */
  private early: readonly Trouble[] = []
  private late: readonly Trouble[] = []
  private changesAt = -Infinity

  constructor(world: World, sender: Sender, seed: number) {
    this.world = world
    this.sender = sender
    this.random = random(seed)
  }

  /** What it says to this letter, with the rule that it means; `null` if it takes it. */
  answer(letter: Letter, second: number): { outcome: Outcome; rule: string | null } {
    const rule = this.ruleFor(letter, second)
    if (rule === null) return { outcome: accepted, rule }
    if (rule === 'no-reply') return { outcome: silence, rule }
    return { outcome: replyOf(rule, letter, this.random()), rule }
  }

  private ruleFor(letter: Letter, second: number): string | null {
    if (second >= this.changesAt) this.lookAround(second)
    const before = this.troubleFor(this.early, letter) ?? this.pick(trickle)
    if (before !== null) return before
    const truth = this.world.truthAt(letter.who, second)
    if (truth !== 'valid') return refusals[truth]
    if (this.world.isRelay(letter.who) && this.random() < transformationFailures)
      return 'private-relay-transformation'
    return this.troubleFor(this.late, letter) ?? this.pick(lateTrickle)
  }

  private troubleFor(troubles: readonly Trouble[], letter: Letter): string | null {
    for (const trouble of troubles) {
      if (this.concerns(trouble, letter) && this.random() < trouble.share) return trouble.rule
    }
    return null
  }

  private concerns({ lane, domain, stream, only }: Trouble, letter: Letter): boolean {
    if (lane !== undefined && this.sender.lanes[lane] !== letter.lane) return false
    if (domain !== undefined && !letter.sender.endsWith(`@${domain}`)) return false
    if (stream !== undefined && stream !== letter.stream) return false
    if (only === 'relay') return this.world.isRelay(letter.who)
    return only === undefined || this.world.isInLostHalf(letter.who)
  }

  private pick(shares: readonly (readonly [rule: string, share: number])[]): string | null {
    let lot = this.random()
    for (const [rule, share] of shares) {
      if (lot < share) return rule
      lot -= share
    }
    return null
  }

  private lookAround(second: number): void {
    this.early = early.filter((trouble) => isOn(trouble, second))
    this.late = late.filter((trouble) => isOn(trouble, second))
    const changes = [...early, ...late].flatMap((trouble) => [startOf(trouble), endOf(trouble)])
    this.changesAt = Math.min(...changes.filter((change) => change > second), Infinity)
  }
}
