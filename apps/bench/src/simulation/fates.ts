import { day } from './time.ts'
import type { World } from './world.ts'

const never = 255
/** Days since Apple took mail for an address, within which one refusal is not believed. */
const believedDays = 30

/** What happened to the dead, and who was suppressed. */
export class Fates {
  private readonly world: World
  /** Day of the last delivery. */
  private readonly deliveredOn: Uint8Array
  /** Refusals since death, each of a message of its own, and those of them that were needed. */
  private readonly refusals: Uint8Array
  private readonly needed: Uint8Array
  /** Attempts since Apple said so first. */
  private readonly attempts: Uint8Array
  /** Whether the engine has suppressed or refused this recipient at some time. */
  private readonly touched = new Set<number>()
  private readonly refused = new Set<number>()
  private readonly doubted = new Set<number>()

  constructor(world: World) {
    this.world = world
    this.deliveredOn = new Uint8Array(world.size).fill(never)
    this.refusals = new Uint8Array(world.size)
    this.needed = new Uint8Array(world.size)
    this.attempts = new Uint8Array(world.size)
  }

  delivered(who: number, second: number): void {
    this.deliveredOn[who] = Math.floor(second / day)
  }

  /**
   * An attempt on a dead recipient was answered: that it does not exist, or something else. `isBelieved`: it did not fall
   * into an incident.
   */
  metDead(who: number, second: number, isRefusal: boolean, isBelieved: boolean): void {
    if (this.refusals[who]! > 0 || this.doubted.has(who))
      this.attempts[who] = Math.min(this.attempts[who]! + 1, never)
    if (!isRefusal) return
    if (!isBelieved) {
      this.doubted.add(who)
      return
    }
    if (this.refusals[who] === 0) {
      const last = this.deliveredOn[who]!
      const wasWell = last !== never && Math.floor(second / day) - last <= believedDays
      this.needed[who] = wasWell ? 2 : 1
      this.refused.add(who)
    }
    this.refusals[who] = Math.min(this.refusals[who]! + 1, never)
  }

  /** The engine suppressed this recipient, or did not let a letter go for it. */
  touch(who: number): void {
    this.touched.add(who)
  }

  /** Everybody that a suppression may be found for. */
  get candidates(): ReadonlySet<number> {
    return this.touched
  }

  /** The dead of which Apple has said so. */
  get refusedDead(): ReadonlySet<number> {
    return this.refused
  }

  /** The dead that were only refused while an incident made it doubtful. */
  get onlyDoubted(): number {
    return [...this.doubted].filter((who) => !this.refused.has(who)).length
  }

  refusalsOf(who: number): number {
    return this.refusals[who]!
  }

  neededFor(who: number): number {
    return this.needed[who]!
  }

  /** Attempts on the dead after their first refusal. */
  get hammering(): { most: number; mean: number } {
    let most = 0
    let sum = 0
    const all = new Set([...this.refused, ...this.doubted])
    for (const who of all) {
      most = Math.max(most, this.attempts[who]!)
      sum += this.attempts[who]!
    }
    return { most, mean: all.size === 0 ? 0 : sum / all.size }
  }
}
