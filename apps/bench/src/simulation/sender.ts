import { chance } from './chance.ts'
import { atMs, day, hour } from './time.ts'
import type { World } from './world.ts'

/** One message to one recipient, on its way. */
export interface Letter {
  who: number
  recipient: string
  sender: string
  stream: 'marketing' | 'transactional'
  lane: string
  messageId: string
  /** Marketing only. */
  campaign: string | undefined
  /** ms since the epoch. */
  acceptedAt: number
  /** The second at which it is to go first. */
  due: number
  /** Apple's answer is under way. */
  isUnderWay: boolean
}

/** Of two owners: what hits both at once is nobody's own doing. The last one is that of the weekly letter. */
const domains = ['shop.example.com', 'news.example.org', 'club.example.com'] as const
export type SendingDomain = (typeof domains)[number]

const senders: Readonly<Record<SendingDomain, string>> = {
  'shop.example.com': 'bounces@shop.example.com',
  'news.example.org': 'bounces@news.example.org',
  'club.example.com': 'bounces@club.example.com',
}

/** When the campaigns of a day begin, by sending domain, and how long they take. */
const campaignHours = [8, 12, 17] as const
const campaignLength = 4 * hour
/** How much transactional mail there is in each hour of a day. */
const rhythm = [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 9, 8, 8, 8, 8, 9, 10, 10, 9, 7, 5, 3]
const transactionalShare = 0.25
/** A campaign hands its letters over so many seconds at a time; transactional ones come one by one. */
export const handedOverEvery = 15
/** Messages go through so many lanes that none has more than Apple takes. */
const recipientsPerLane = 625_000
/** Every 10 days, thrice. */
const regularEvery = 10
/** Sends to the others: every so many days, from then on, so often. */
const weekly = { every: 4, times: 8 }
const imported = { from: 24, every: 2, times: 3 }

/** Each draw about a send has a number of its own. */
const draw = { stream: 11, domain: 31, lane: 51, time: 71 }

/** Who sends what, when, and by which way. */
export class Sender {
  readonly lanes: readonly string[]
  private readonly world: World
  private readonly seed: number

  constructor(world: World, seed: number) {
    this.world = world
    this.seed = seed
    const count = Math.max(3, Math.ceil(world.size / recipientsPerLane))
    this.lanes = Array.from({ length: count }, (_, index) => `192.0.2.${10 + index}`)
  }

  /** The recipients of a day's sends, in the order of their second, which stands beside them. */
  sendsOf(dayNumber: number): { who: Uint32Array; second: Uint32Array } {
    const all: number[] = []
    const { world } = this
    for (let who = dayNumber % regularEvery; who < world.firstWeekly; who += regularEvery) all.push(who)
    for (let who = world.firstWeekly; who < world.firstImported; who++)
      if (isWeeklyDay(who, dayNumber)) all.push(who)
    if (isImportedDay(dayNumber)) for (let who = world.firstImported; who < world.size; who++) all.push(who)
    const at = Uint32Array.from(all, (who) => this.secondOf(who, dayNumber))
    return inOrder(all, at, dayNumber * day)
  }

  letter(who: number, dayNumber: number, second: number): Letter {
    const send = sendNumber(this.world, who, dayNumber)
    const domain = this.domainOf(who, send)
    const stream = this.streamOf(who, send)
    return {
      who,
      recipient: this.world.addressOf(who),
      sender: senders[domain],
      stream,
      lane: this.lanes[Math.floor(chance(this.seed, who, draw.lane + send) * this.lanes.length)]!,
      messageId: `<${who}.${send}@${domain}>`,
      campaign: stream === 'marketing' ? `${domain}-${dayNumber}` : undefined,
      acceptedAt: atMs(stream === 'marketing' ? second - (second % handedOverEvery) : second),
      due: second,
      isUnderWay: false,
    }
  }

  private streamOf(who: number, send: number): Letter['stream'] {
    const isTransactional =
      who < this.world.firstWeekly && chance(this.seed, who, draw.stream + send) < transactionalShare
    return isTransactional ? 'transactional' : 'marketing'
  }

  private domainOf(who: number, send: number): SendingDomain {
    if (this.world.groupOf(who) === 'weekly') return domains[2]
    return domains[Math.floor(chance(this.seed, who, draw.domain + send) * domains.length)]!
  }

  /** Within its day. */
  private secondOf(who: number, dayNumber: number): number {
    const send = sendNumber(this.world, who, dayNumber)
    // The next one never comes a little too early to count as another day's.
    if (this.world.groupOf(who) === 'weekly')
      return Math.floor((17 + 3 * chance(this.seed, who, draw.time)) * hour) + send * 60
    const lot = chance(this.seed, who, draw.time + send)
    if (this.streamOf(who, send) === 'transactional') return inRhythm(lot)
    const start = campaignHours[domains.indexOf(this.domainOf(who, send))]!
    return Math.floor(start * hour + lot * campaignLength)
  }
}

function isWeeklyDay(who: number, dayNumber: number): boolean {
  const since = dayNumber - (who % 2)
  return since >= 0 && since % weekly.every === 0 && since < weekly.every * weekly.times
}

function isImportedDay(dayNumber: number): boolean {
  const since = dayNumber - imported.from
  return since >= 0 && since % imported.every === 0 && since < imported.every * imported.times
}

/** How many sends this recipient got before that day. */
function sendNumber(world: World, who: number, dayNumber: number): number {
  switch (world.groupOf(who)) {
    case 'regular':
      return Math.floor(dayNumber / regularEvery)
    case 'weekly':
      return (dayNumber - (who % 2)) / weekly.every
    case 'imported':
      return (dayNumber - imported.from) / imported.every
  }
}

const rhythmSum = rhythm.reduce((sum, weight) => sum + weight, 0)

function inRhythm(lot: number): number {
  let left = lot * rhythmSum
  let index = 0
  while (left >= rhythm[index]!) left -= rhythm[index++]!
  return Math.floor((index + left / rhythm[index]!) * hour)
}

/** Sorts by second; a day has few seconds, so they are counted. */
function inOrder(
  all: readonly number[],
  at: Uint32Array,
  begins: number,
): { who: Uint32Array; second: Uint32Array } {
  const places = new Uint32Array(day + 1)
  for (const second of at) places[second + 1]!++
  for (let second = 0; second < day; second++) places[second + 1]! += places[second]!
  const who = new Uint32Array(all.length)
  const second = new Uint32Array(all.length)
  all.forEach((one, index) => {
    const place = places[at[index]!]!++
    who[place] = one
    second[place] = begins + at[index]!
  })
  return { who, second }
}
