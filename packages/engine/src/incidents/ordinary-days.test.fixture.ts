import type { Slot } from './slots.ts'

/** A sender whose recipients are lost as they are. */
export interface Sender {
  /** Messages a day to good recipients. */
  perDay: number
  /** Days since Apple last accepted mail for them: those of daily mail, and those of a campaign. */
  ages: { daily: number; campaign: number }
  /** Share of messages whose recipient is gone since then. */
  lost: number
}

/** A generator of numbers that gives the same ones for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How often what is expected `mean` times comes. */
export function poisson(mean: number, random: () => number): number {
  if (mean > 60) {
    const normal = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random())
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal))
  }
  let count = 0
  for (let rest = Math.exp(-mean), left = random(); left > rest; left *= random()) count++
  return count
}

/** One slot as it is read from the counts. */
export function slot(start: number, attempts: number, days: number, refused: Record<string, number>): Slot {
  return { start, attempts, days, refused, policy: nothing, acceptedAgain: 0, refusedAgain: {} }
}
const nothing: ReadonlySet<string> = new Set()

/**
 * The minutes of ordinary days in which there was mail: quiet nights and week-ends, a campaign every third day, better and
 * worse hours.
 */
export function* ordinaryMinutes(sender: Sender, days: number, random: () => number): Generator<Slot> {
  const { perDay, ages, lost } = sender
  const perMinute = new Int32Array(60)
  for (let hour = 0; hour < days * 24; hour++) {
    const day = Math.floor(hour / 24)
    const isCampaign = day % 3 === 0 && hour % 24 === 9
    const ofDay = perDay * (day % 7 > 4 ? 0.5 : 1.2)
    const ofHour = (isCampaign ? 8 : 1) * (0.3 + 0.7 * Math.sin((Math.PI * (hour % 24)) / 24))
    // The recipients of a campaign have not been asked for longer, and not all hours are alike.
    const age = isCampaign ? ages.campaign : ages.daily
    const spread = Math.exp(0.4 * (random() + random() + random() - 1.5))
    const share = Math.min(0.3, (lost * spread * age) / ages.daily)
    const mean = (ofDay / 24) * ofHour
    perMinute.fill(0)
    if (mean > 300) for (let minute = 0; minute < 60; minute++) perMinute[minute] = poisson(mean / 60, random)
    else for (let left = poisson(mean, random); left > 0; left--) perMinute[Math.floor(random() * 60)]!++
    for (let minute = 0; minute < 60; minute++) {
      const attempts = perMinute[minute] ?? 0
      if (attempts === 0) continue
      const gone = Math.min(attempts, poisson(attempts * share, random))
      const blamed = Math.min(attempts - gone, poisson(attempts * blamedShare * spread, random))
      const start = (hour * 60 + minute) * 60_000
      if (gone + blamed === 0) yield slot(start, attempts, attempts * age, noneRefused)
      else yield slot(start, attempts, attempts * age, refusedOf(gone, blamed))
    }
  }
}

/** What Apple says of recipients that are gone. */
export const lostKind = 'invalid-recipient'
/** What it says of senders and their mail, and how often. */
export const blameKind = 'policy-cs01'
const blamedShare = 0.005
const noneRefused: Record<string, number> = {}

/** So many refused for either reason. */
export function refusedOf(gone: number, blamed: number): Record<string, number> {
  return { ...(gone > 0 && { [lostKind]: gone }), ...(blamed > 0 && { [blameKind]: blamed }) }
}
