import { startDashboard, type RunningDashboard } from '@icloud-delivery/dashboard'
import { createEngine, resolvePolicy, scalePolicy, type Engine } from '@icloud-delivery/engine'
import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { openShop, type Shop } from './app.ts'
import { chapterLanes, chapterStreams } from './chapters/chapters.ts'
import { DemoError } from './demo-error.ts'
import { demoPolicy } from './demo-policy.ts'
import { watchElsewhere } from './elsewhere.ts'
import { startHaraka, type Haraka } from './haraka.ts'
import { Journal } from './journal.ts'
import { keptBackOf } from './kept-back.ts'
import { followLedger } from './ledger-tail.ts'
import { mxRecords, rows } from './scenario.ts'
import { TIME_SCALE } from './time.ts'

const remembered = 1000

/** Everything that runs. */
export interface Stage {
  /** Apple's two MX hosts. */
  readonly apple: Simulator
  /** Another provider, and the shop's own mailbox. */
  readonly elsewhere: Simulator
  readonly haraka: Haraka
  readonly shop: Shop
  readonly journal: Journal
  /** An engine over the same ledger that sends nothing: what the dashboard looks at. It knows the demo's time. */
  readonly watcher: Engine
  readonly dashboard: RunningDashboard
  close(): Promise<void>
}

/**
 * Starts everything on free ports of 127.0.0.1.
 *
 * @throws DemoError as `startHaraka` does
 */
export async function openStage(signal: AbortSignal): Promise<Stage> {
  const journal = new Journal()
  const tell = journal.add.bind(journal)
  const closing: (() => Promise<unknown> | void)[] = []
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).toReversed()) await step()
  }
  try {
    const apple = await startSimulator({ hosts: [{}, {}], history: remembered })
    closing.push(() => apple.close())
    const elsewhere = await startSimulator({ hosts: [{ name: 'mx.other.example' }], history: remembered })
    closing.push(() => elsewhere.close())
    watchElsewhere(elsewhere, tell)
    const [otherHost] = elsewhere.hosts
    if (!otherHost) throw new Error('The simulator has no host')

    const streams = new Set(rows.map(({ stream }) => stream))
    const ownLanes = new Set(rows.filter(({ ownLane }) => ownLane).map(({ stream }) => stream))
    const haraka = await startHaraka(
      {
        apple: apple.hosts,
        elsewhere: otherHost,
        streams: [...streams, ...chapterStreams],
        ownLanes: [...ownLanes, ...chapterLanes],
        mxRecords,
      },
      signal,
    )
    closing.push(() => haraka.stop())
    haraka.child.onEnd((how) => {
      journal.fail(
        new DemoError('EDEMOHARAKA', `Haraka was expected to go on, and ended ${how}.`, haraka.child.lines),
      )
    })
    haraka.child.onLine((line) => {
      const happening = keptBackOf(line)
      if (happening) tell(happening)
    })

    const shop = openShop({ port: haraka.port, ledger: haraka.ledger, journal })
    closing.push(() => shop.close())
    closing.push(followLedger(shop.engine, tell, (error) => journal.fail(error)))
    const watcher = createEngine({
      ledger: haraka.ledger,
      policy: scalePolicy(TIME_SCALE, resolvePolicy(demoPolicy)),
    })
    closing.push(() => watcher.close())
    const notice = 'The demo: an hour takes a tenth of a second, so the last 30 days are the last 72 seconds.'
    const dashboard = await startDashboard({ engine: watcher, by: 'the demo', notice })
    closing.push(() => dashboard.close())
    return { apple, elsewhere, haraka, shop, journal, watcher, dashboard, close }
  } catch (error) {
    await close()
    throw error
  }
}
