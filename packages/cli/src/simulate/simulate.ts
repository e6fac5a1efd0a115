import type { Engine, EngineOptions, RecipientState } from '@icloud-delivery/engine'
import { Player, type Played } from './player.ts'
import { recordedHistory, type RecordedAttempt } from './recorded-history.ts'

/** What a simulation takes. */
export interface SimulationRequest {
  /** The policy in force. */
  policy: EngineOptions['policy']
  /** The policy to be tried. */
  tried: EngineOptions['policy']
  sameMailbox: boolean | undefined
  /** ms since the epoch. */
  since: number
  until: number
  progress: (done: number, total: number) => void
}

/** An attempt with which the two policies do something else. */
export interface SimulatedDifference {
  recipient: string
  /** ms since the epoch. */
  at: number
  stream: string
  /** Remote text; `null` if Apple took it. */
  reply: string | null
  /** With the policy in force, and with the other one. */
  inForce: string
  tried: string
}

/** What a simulation came to. Counts are of attempts, by what is done. */
export interface SimulationSummary {
  attempts: number
  /** As it was recorded. */
  recorded: Record<string, number>
  inForce: Record<string, number>
  tried: Record<string, number>
  /** Recipients that replies would have suppressed: in both, and in one of the two only. */
  suppressed: { inForce: number; tried: number; added: readonly string[]; spared: readonly string[] }
  differences: number
  /** What the event log does not tell, or was not played: see {@link leftOut}. */
  leftOut: readonly string[]
}

/**
 * Answers of Apple's to mail that was not sent; the sending domains, as the event log keeps no senders and each stream counts
 * as one; the pace, connections and warm-up of lanes.
 */
const leftOut: readonly string[] = ['answers-to-unsent', 'sending-domains', 'lane-pace']

const mostNames = 100

/**
 * Plays what was recorded to two engines in memory, one with the policy in force and one with another, and compares. What
 * either leaves out is the same for both, so a difference is the policy's. Nothing is changed.
 */
export async function* simulate(
  { ledger }: Pick<Engine, 'ledger'>,
  { policy, tried, sameMailbox, since, until, progress }: SimulationRequest,
): AsyncGenerator<SimulatedDifference, SimulationSummary> {
  const { attempts, count } = await recordedHistory(ledger, { since, until })
  const same = sameMailbox === undefined ? {} : { sameMailbox }
  const players = [
    new Player({ ...same, ...(policy !== undefined && { policy }) }),
    new Player({ ...same, ...(tried !== undefined && { policy: tried }) }),
  ] as const
  const recorded: Record<string, number> = {}
  const did: [Record<string, number>, Record<string, number>] = [{}, {}]
  const seen = new Set<string>()
  let done = 0
  let differences = 0
  try {
    for (const one of attempts) {
      if (!('was' in one)) {
        for (const player of players) await player.suppress(one)
        continue
      }
      if (!seen.has(one.recipient) && (await wasKnown(ledger, one)))
        for (const player of players) await player.deliveredBefore(one)
      seen.add(one.recipient)
      const now = await playBoth(players, one)
      add(recorded, one.was)
      add(did[0], now[0].did)
      add(did[1], now[1].did)
      progress(++done, count)
      if (now[0].did === now[1].did) continue
      differences++
      yield {
        recipient: one.recipient,
        at: one.at,
        stream: one.stream,
        reply: one.reply,
        inForce: now[0].did,
        tried: now[1].did,
      }
    }
    const [before, after] = await Promise.all([players[0].suppressed(), players[1].suppressed()])
    return {
      attempts: count,
      recorded,
      inForce: did[0],
      tried: did[1],
      suppressed: {
        inForce: before.size,
        tried: after.size,
        added: [...after].filter((name) => !before.has(name)).slice(0, mostNames),
        spared: [...before].filter((name) => !after.has(name)).slice(0, mostNames),
      },
      differences,
      leftOut,
    }
  } finally {
    for (const player of players) await player.close()
  }
}

async function playBoth(players: readonly [Player, Player], one: RecordedAttempt): Promise<[Played, Played]> {
  return [await players[0].play(one), await players[1].play(one)]
}

/** Whether Apple took mail for a recipient on a day before the log knows of it. */
async function wasKnown(ledger: Engine['ledger'], { recipient, at }: RecordedAttempt): Promise<boolean> {
  const [entry] = await ledger.read([`recipient/${recipient}`])
  const { since } = (entry?.value ?? {}) as RecipientState
  return since !== undefined && since < Math.floor(at / 86_400_000)
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
