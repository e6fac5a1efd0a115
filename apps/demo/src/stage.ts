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
import type { Tempo } from './tempo.ts'

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
  readonly tempo: Tempo
  /** When its time began, in ms since the epoch. */
  readonly openedAt: number
  close(): Promise<void>
}

/**
 * Starts everything on free ports of 127.0.0.1.
 *
 * @throws DemoError as `startHaraka` does
 */
export async function openStage(tempo: Tempo, signal: AbortSignal): Promise<Stage> {
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
        tempo,
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
      policy: scalePolicy(tempo.timeScale, resolvePolicy(demoPolicy(3600, tempo))),
    })
    closing.push(() => watcher.close())
    const dashboard = await startDashboard({ engine: watcher, by: 'the demo', notice: noticeOf(tempo) })
    closing.push(() => dashboard.close())
    return { apple, elsewhere, haraka, shop, journal, watcher, dashboard, tempo, openedAt: Date.now(), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What stands on the dashboard about the demo's time. */
function noticeOf({ hourMs }: Tempo): string {
  const seconds = (hours: number): string => `${Number(((hours * hourMs) / 1000).toFixed(1))} s`
  return `The demo’s time runs fast: a day takes ${seconds(24)}, and the last 30 days are the last ${seconds(720)}; older counts leave the page.`
}
