import type { Step } from '@icloud-delivery/mx-simulator'
import { closedHours, closing } from './demo-policy.ts'
import { probesDue } from './probes-due.ts'
import { rows } from './scenario.ts'
import { missingFrom, seenOf, type Seen } from './seen.ts'
import type { Stage } from './stage.ts'

const roundLimitMs = 60_000
const accepted: readonly Step[] = [{ accept: true }]

/** Has the shop write to everybody and waits until each mail is done with. Gives what became of each, in the rows' order. */
export async function playRound(stage: Stage, round: 0 | 1, signal: AbortSignal): Promise<Seen[]> {
  const { shop, journal, haraka } = stage
  for (const row of rows) {
    const steps = row.answers[round]
    stage[row.at].script(row.recipient, steps.length === 0 ? accepted : steps)
  }
  const start = journal.all.length
  const patience = { limitMs: roundLimitMs, signal, log: haraka.child.lines }
  const untilClosedBy = (recipient: string): Promise<void> =>
    journal.until(() => {
      const { scopes } = seenOf(recipient, journal.all.slice(start))
      return scopes.length > 0 ? [] : [`${recipient}: has not closed anything`]
    }, patience)
  for (const row of rows) {
    signal.throwIfAborted()
    if (row.behind !== null && round === 0) await untilClosedBy(row.behind)
    await shop.send(row)
  }
  if (round === 0) {
    const behind = rows.filter((row) => row.behind !== null)
    const missing = (): string[] => {
      const happenings = journal.all.slice(start)
      return behind.flatMap(({ recipient }) =>
        seenOf(recipient, happenings).waited ? [] : [`${recipient}: does not wait`],
      )
    }
    await journal.until(missing, patience)
    await stage.tempo.pass(closedHours, signal)
    await probesDue(stage.watcher, closing)
  }
  const seen = (): Seen[] => {
    const happenings = journal.all.slice(start)
    return rows.map(({ recipient }) => seenOf(recipient, happenings))
  }
  await journal.until(
    () => seen().flatMap((each, index) => missingFrom(rows[index]?.recipient ?? '', each) ?? []),
    patience,
  )
  return seen()
}

/** From now on everybody gets the reply that the local part of the address asks for. */
export function endScripts(stage: Stage): void {
  for (const { recipient, at } of rows) stage[at].script(recipient, [])
}
