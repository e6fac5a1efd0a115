import { chance } from './chance.ts'
import { day, days, hour } from './time.ts'

/** How a mailbox is at a time. `denied`: its custom domain is not at Apple any more. */
export type Truth = 'valid' | 'dead' | 'inactive' | 'full' | 'denied'

const truths: readonly Truth[] = ['valid', 'dead', 'inactive', 'full', 'denied']
const valid = 0
const dead = 1
const inactive = 2
const full = 3
const denied = 4
/** Hours; longer than any simulation. */
const forever = 65_535

/**
 * `regular`: on the list for long. `weekly`: gets a letter every four days, so that long absences can be told from short
 * ones. `imported`: an old list that is mailed for the first time late, a third of it dead.
 */
export type Group = 'regular' | 'weekly' | 'imported'

/** Shares of a group. What is not named is well all the time. */
interface Shares {
  neverExisted: number
  /** Over the whole time. */
  dies: number
  inactive: number
  full: number
}

const sharesOf: Readonly<Record<Group, Shares>> = {
  regular: { neverExisted: 0.003, dies: 0.009, inactive: 0.006, full: 0.012 },
  weekly: { neverExisted: 0.001, dies: 0.009, inactive: 0.05, full: 0.05 },
  imported: { neverExisted: 0.33, dies: 0.01, inactive: 0.05, full: 0.02 },
}

/** Each draw about a recipient has a number of its own. */
const draw = { lot: 1, length: 2, start: 3, domain: 4, custom: 5, lookup: 6, leaves: 7, reads: 8 }
/** Readers who click in what they get. */
const readers = 0.35

/** What is true of each recipient, whether or not anybody has noticed. */
export class World {
  readonly size: number
  /** Of the first of each group; they stand in the order of {@link Group}. */
  readonly firstWeekly: number
  readonly firstImported: number
  private readonly seed: number
  private readonly trouble: Uint8Array
  /** Hours. */
  private readonly from: Uint16Array
  private readonly until: Uint16Array
  private readonly customDomains: number

  constructor(size: number, seed: number) {
    this.size = size
    this.seed = seed
    this.firstImported = size - Math.ceil(size * 0.004)
    this.firstWeekly = this.firstImported - Math.ceil(size * 0.01)
    this.customDomains = Math.max(5, Math.round(size / 100))
    this.trouble = new Uint8Array(size)
    this.from = new Uint16Array(size)
    this.until = new Uint16Array(size)
    for (let who = 0; who < size; who++) this.destine(who)
  }

  groupOf(who: number): Group {
    if (who < this.firstWeekly) return 'regular'
    return who < this.firstImported ? 'weekly' : 'imported'
  }

  truthAt(who: number, second: number): Truth {
    const trouble = this.trouble[who]!
    if (trouble === valid) return 'valid'
    return this.from[who]! * hour <= second && second < this.until[who]! * hour ? truths[trouble]! : 'valid'
  }

  /** The second since which a mailbox is as it is; meaningful only where it is not well. */
  since(who: number): number {
    return this.from[who]! * hour
  }

  addressOf(who: number): string {
    const lot = chance(this.seed, who, draw.domain)
    if (lot < 0.72) return `reader${who}@icloud.com`
    if (lot < 0.84) return `reader${who}@me.com`
    if (lot < 0.9) return `reader${who}@mac.com`
    if (lot < 0.95) return `reader${who}@privaterelay.appleid.com`
    return `reader${who}@c${this.customDomainOf(who)}.example.org`
  }

  isRelay(who: number): boolean {
    const lot = chance(this.seed, who, draw.domain)
    return lot >= 0.9 && lot < 0.95
  }

  /** Whether a directory that has lost half of its mailboxes has lost this one. */
  isInLostHalf(who: number): boolean {
    return chance(this.seed, who, draw.lookup) < 0.5
  }

  /** Whether this one clicks in a newsletter that arrives. */
  isReader(who: number): boolean {
    return chance(this.seed, who, draw.reads) < readers
  }

  private customDomainOf(who: number): number {
    return Math.floor(chance(this.seed, who, draw.custom) * this.customDomains)
  }

  private destine(who: number): void {
    const shares = sharesOf[this.groupOf(who)]
    const lot = chance(this.seed, who, draw.lot)
    const start = Math.floor(chance(this.seed, who, draw.start) * days * 24)
    const length = chance(this.seed, who, draw.length)
    let bound = shares.neverExisted
    if (lot < bound) return this.set(who, dead, 0, forever)
    bound += shares.dies
    if (lot < bound) return this.set(who, dead, start, forever)
    bound += shares.inactive
    // Most have been away for long already; the others are for 5 to 25 days.
    if (lot < bound) return this.away(who, inactive, length < 0.6, start, (5 + length * 20) * 24)
    bound += shares.full
    if (lot < bound) return this.away(who, full, length < 0.3, start, 6 + length * 200)
    if (chance(this.seed, who, draw.domain) < 0.95) return
    const domain = this.customDomainOf(who)
    if (chance(this.seed, domain, draw.leaves) < 0.01) {
      const leavesAt = Math.floor(chance(this.seed, domain, draw.start) * days * 24)
      this.set(who, denied, leavesAt, forever)
    }
  }

  private away(who: number, trouble: number, always: boolean, start: number, hours: number): void {
    if (always) this.set(who, trouble, 0, forever)
    else this.set(who, trouble, start, Math.min(forever, Math.ceil(start + hours)))
  }

  private set(who: number, trouble: number, from: number, until: number): void {
    this.trouble[who] = trouble
    this.from[who] = from
    this.until[who] = until
  }
}

/** How long the inactive have to be away before they may be suppressed, in seconds. */
export const longAbsence: number = 28 * day
