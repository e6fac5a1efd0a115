import { isDeepStrictEqual } from 'node:util'
import { classify } from '@icloud-delivery/rules'
import type { Engine } from '@icloud-delivery/engine'
import { rows, type Expectation, type Memory, type Row } from './scenario.ts'
import type { Seen } from './seen.ts'
import { memoryWords, seenWords } from './words.ts'

/** One row of the table, as `--json` prints it. */
export interface Result {
  recipient: string
  /** The first refusal, or else the acceptance. Remote text. */
  reply: string
  /** What the reply means; all `null` if nothing was refused or the reply is not Apple's. */
  rule: string | null
  fault: string | null
  scope: string | null
  disposition: string | null
  rounds: readonly (Seen & { done: string })[]
  remembers: Memory & { words: string }
  expected: { rounds: readonly Expectation[]; remembers: Memory }
  ok: boolean
  /** Where it is not as expected, in words. */
  differences: readonly string[]
}

/** Puts together what became of each row, what is remembered, and whether that was to be expected. */
export async function resultsOf(rounds: readonly (readonly Seen[])[], engine: Engine): Promise<Result[]> {
  return Promise.all(
    rows.map(async (row, index) => {
      const seen = rounds.flatMap((round) => round[index] ?? [])
      return resultOf(row, seen, await memoryOf(engine, row.recipient))
    }),
  )
}

function resultOf(row: Row, seen: readonly Seen[], memory: Memory): Result {
  const replies = seen.flatMap((round) => round.replies)
  const reply = replies.find((each) => !each.startsWith('2')) ?? replies[0] ?? ''
  const mx = row.at === 'apple' ? 'mx01.mail.icloud.com' : 'mx.other.example'
  const verdict = reply.startsWith('2') ? null : classify(reply, { recipient: row.recipient, mx })
  const known = verdict?.provider === 'apple' ? verdict : null
  const differences = [
    ...row.expected.flatMap((expected, index) =>
      difference(`round ${index + 1}`, expected, plain(seen[index])),
    ),
    ...difference('the ledger', row.remembers, memory),
  ]
  return {
    recipient: row.recipient,
    reply,
    rule: known?.rule ?? null,
    fault: known?.fault ?? null,
    scope: known?.scope ?? null,
    disposition: known?.disposition ?? null,
    rounds: seen.map((round) => ({ ...round, done: seenWords(round) })),
    remembers: { ...memory, words: row.at === 'apple' ? memoryWords(memory) : 'nothing: not Apple’s' },
    expected: { rounds: row.expected, remembers: row.remembers },
    ok: differences.length === 0,
    differences,
  }
}

function plain(seen: Seen | undefined): Omit<Seen, 'replies'> | null {
  if (!seen) return null
  const { replies: _, ...rest } = seen
  return rest
}

function difference(where: string, expected: unknown, found: unknown): string[] {
  if (isDeepStrictEqual(expected, found)) return []
  return [`${where}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(found)}`]
}

async function memoryOf(engine: Engine, recipient: string): Promise<Memory> {
  const { suppressions, softBounces, lastDeliveredAt } = await engine.address(recipient)
  return {
    suppressedBy: suppressions[0]?.rule ?? null,
    softBounces: softBounces.reduce((sum, { count }) => sum + count, 0),
    delivered: lastDeliveredAt !== null && softBounces.length === 0 && suppressions.length === 0,
  }
}
