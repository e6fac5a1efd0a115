import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createEngine, type Engine } from '@icloud-delivery/engine'
import { atOnce } from '../at-once.ts'
import { serve } from '../serve.ts'
import { Outcomes, type Attempted } from './outcomes.ts'
import type { LedgerFigures, LedgerRun, LedgerTask } from './task.ts'

const task = JSON.parse(process.argv[2] ?? '') as LedgerTask
const isSeeded = task.file !== undefined || task.url !== undefined
const outcomes = new Outcomes(task.known, isSeeded, task.seed ?? 0)
const remember = task.ledger === 'map' ? inMap() : withEngine(openEngine(task.ledger))

function openEngine(ledger: 'memory' | 'sqlite' | 'redis'): Engine {
  if (ledger === 'redis') return createEngine({ ledger: task.url ?? '' })
  if (ledger === 'memory') return createEngine({ ledger: 'memory:' })
  if (task.file !== undefined) return createEngine({ ledger: `file:${task.file}` })
  const dir = mkdtempSync(path.join(tmpdir(), 'icloud-bench-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  return createEngine({ ledger: `file:${path.join(dir, 'icloud.db')}` })
}

function withEngine(engine: Engine): (attempted: Attempted) => Promise<unknown> {
  return async ({ recipient, messageId, outcome }) => {
    const sender = 'news@example.com'
    await engine.admit({ recipients: [recipient], sender, stream: 'marketing' })
    const action = await engine.record({ recipient, sender, stream: 'marketing', messageId, outcome })
    if (!action.durable) throw new Error(`the outcome of ${messageId} was not remembered`)
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

serve(async ({ pairs }: LedgerRun): Promise<LedgerFigures> => {
  if (!warm) await atOnce(200, outcomes.firstPairs, () => remember(outcomes.next()))
  warm = true
  const some = Array.from({ length: pairs }, () => outcomes.next())
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const started = performance.now()
  await atOnce(task.callers, pairs, (index) => remember(some[index]!))
  const rate = (pairs / (performance.now() - started)) * 1000
  delay.disable()
  return { rate, loopDelay: delay.percentile(99.9) / 1e6, rss: process.memoryUsage.rss() / 1e6 }
})
