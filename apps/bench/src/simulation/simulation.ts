import { createEngine, memoryLedger } from '@icloud-delivery/engine'
import { random } from '../random.ts'
import { Apple } from './apple.ts'
import { Calendar } from './calendar.ts'
import { Fates } from './fates.ts'
import { unaccounted, type MailFigures } from './figures.ts'
import { compareIncidents, type IncidentFigures } from './incidents.ts'
import { judge, type Judgement } from './judge.ts'
import { Mailer } from './mailer.ts'
import { handedOverEvery, Sender, type Letter } from './sender.ts'
import { atMs, day, days, secondAt } from './time.ts'
import { blockedIp, endOf, startOf } from './troubles.ts'
import { Watch, type HoldSpan } from './watch.ts'
import { World } from './world.ts'

export interface SimulationOptions {
  recipients: number
  /** The same seed gives the same figures. */
  seed: number
  /** Told after each simulated day. */
  progress?: (dayNumber: number, of: number, messages: number) => void
}

/** What came of it; times are seconds after the beginning. */
export interface Figures {
  recipients: number
  seed: number
  days: number
  lanes: number
  mail: MailFigures
  /** Messages of which nobody knows what became of them; must be 0. */
  unaccounted: number
  /** Attempts, by what Apple said. */
  replies: Record<string, number>
  failedBy: Record<string, number>
  expiredBy: Record<string, number>
  suppressions: Judgement
  /** Letters that were not sent to recipients that were well. */
  wronglyNotSent: number
  /** Attempts on dead recipients after Apple had said so once. */
  hammering: { most: number; mean: number }
  alerts: Record<string, number>
  incidents: IncidentFigures
  blockedIp: { from: number; until: number; holds: readonly HoldSpan[]; lost: number }
  longestLine: number
}

/** Nobody looks at the event log here, and what is kept of it costs time. */
const keptEvents = 1000
/** Mail that lasts longer than that after the last send is stuck. */
const longestTail = 10

/** Runs the whole of it in one go, on a clock of its own: nothing real is waited for. */
export async function simulate({ recipients, seed, progress }: SimulationOptions): Promise<Figures> {
  let second = 0
  const world = new World(recipients, seed)
  const sender = new Sender(world, seed)
  const engine = createEngine({
    ledger: memoryLedger({ maxEvents: keptEvents }),
    clock: () => atMs(second),
    random: random(seed + 1),
  })
  const fates = new Fates(world)
  const watch = new Watch(engine, () => second)
  const mailer = new Mailer({ engine, world, fates, apple: new Apple(world, sender, seed + 2) })

  for (let dayNumber = 0; dayNumber < days + longestTail; dayNumber++) {
    const sends = dayNumber < days ? sender.sendsOf(dayNumber) : { who: [], second: [] }
    const arriving = new Calendar<Letter>()
    let next = 0
    for (let index = 0; index < day; index++) {
      second = dayNumber * day + index
      // What comes in the next seconds is looked at now, as a campaign's letters come together.
      if (index % handedOverEvery === 0) {
        while (sends.second[next]! < second + handedOverEvery) {
          const letter = sender.letter(sends.who[next]!, dayNumber, sends.second[next]!)
          arriving.add(secondAt(letter.acceptedAt), letter)
          next++
        }
      }
      if (arriving.has(second) || mailer.isDue(second)) await mailer.turn(second, arriving.take(second))
    }
    progress?.(dayNumber + 1, days, mailer.mail.messages)
    if (dayNumber >= days && mailer.isIdle) break
  }

  const suppressions = await judge(engine, world, fates)
  await engine.close()
  const lane = sender.lanes[blockedIp.lane]!
  return {
    recipients,
    seed,
    days,
    lanes: sender.lanes.length,
    mail: mailer.mail,
    unaccounted: unaccounted(mailer.mail),
    replies: mailer.replies.all(),
    failedBy: mailer.failedBy.all(),
    expiredBy: mailer.expiredBy.all(),
    suppressions,
    wronglyNotSent: mailer.wronglyNotSent,
    hammering: fates.hammering,
    alerts: watch.alerts.all(),
    incidents: compareIncidents(watch.incidents),
    blockedIp: {
      from: startOf(blockedIp),
      until: endOf(blockedIp),
      holds: watch.holds.filter(
        ({ scope, rule }) => scope === `sending-ip/${lane}` && rule === 'proofpoint-block',
      ),
      lost: mailer.failedBy.of('proofpoint-block'),
    },
    longestLine: mailer.longestLine,
  }
}
