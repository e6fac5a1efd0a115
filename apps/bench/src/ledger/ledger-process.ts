import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createEngine, type Engine } from '@icloud-delivery/engine'
import { atOnce } from '../at-once.ts'
import { serve } from '../serve.ts'
import { Outcomes, type Attempted } from './outcomes.ts'
import { knownAddresses, type LedgerRun, type LedgerTask } from './task.ts'

const task = JSON.parse(process.argv[2] ?? '') as LedgerTask
const outcomes = new Outcomes()
const remember = task.ledger === 'map' ? inMap() : withEngine(openEngine(task.ledger))

function openEngine(ledger: 'memory' | 'sqlite'): Engine {
  if (ledger === 'memory') return createEngine({ ledger: 'memory:' })
  const dir = mkdtempSync(path.join(tmpdir(), 'icloud-bench-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  return createEngine({ ledger: `file:${path.join(dir, 'icloud.db')}` })
}

function withEngine(engine: Engine): (attempted: Attempted) => Promise<unknown> {
  return async ({ recipient, messageId, outcome }) => {
    const sender = 'news@example.com'
    await engine.admit({ recipients: [recipient], sender, stream: 'marketing' })
    await engine.record({ recipient, sender, stream: 'marketing', messageId, outcome })
  }
}

function inMap(): (attempted: Attempted) => Promise<unknown> {
  const last = new Map<string, { kind: string; at: number; count: number }>()
  return async ({ recipient, outcome }) => {
    const before = last.get(recipient)
    last.set(recipient, { kind: outcome.kind, at: Date.now(), count: (before?.count ?? 0) + 1 })
  }
}

let warm = false

/** Pairs of `admit` and `record` a second. */
serve(async ({ pairs }: LedgerRun): Promise<number> => {
  if (!warm) await atOnce(200, knownAddresses, () => remember(outcomes.next()))
  warm = true
  const some = Array.from({ length: pairs }, () => outcomes.next())
  const started = performance.now()
  await atOnce(task.callers, pairs, (index) => remember(some[index]!))
  return (pairs / (performance.now() - started)) * 1000
})
