import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { quiet } from '../bench.test.fixture.ts'
import { createEngine } from '../create-engine.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'

// The compiled one: it starts in half the time.
const mailer = fileURLToPath(new URL('../../dist/faults/mailer.test.fixture.js', import.meta.url))
const runs = 200
let directory = ''
const children = new Set<ChildProcess>()

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-kill-'))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

/** A sequence that a seed tells, 0 to 1. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** What a mailer reported durable until it was killed: after so many reports, with some more under way. */
async function killedAfter(reports: number, file: string, seed: number): Promise<string[]> {
  const child = spawn(process.execPath, [mailer, file, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
  })
  children.add(child)
  const exit = once(child, 'exit')
  const reported: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    reported.push(line)
    if (reported.length === reports) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  children.delete(child)
  return reported
}

it('nothing that was reported durable is lost, and nothing counts twice, in 200 processes that are killed', async () => {
  const file = join(directory, 'icloud.db')
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = sequence(seed)
  const reported: string[] = []
  let run = 0
  await Promise.all(
    ['a', 'b'].map(async () => {
      while (run < runs) {
        const number = ++run
        reported.push(...(await killedAfter(1 + Math.floor(random() * 30), file, number)))
      }
    }),
  )
  const left = readdirSync(`${file}.buffer`).filter((name) => name.endsWith('.outcomes'))

  // The next engine takes over what they left.
  const ledger = await sqliteLedger(file)
  const engine = createEngine({ ledger, buffer: `${file}.buffer`, logger: quiet })
  await engine.close()
  const about = `seed ${seed}`
  expect(readdirSync(`${file}.buffer`), about).toEqual([])
  expect(left.length, about).toBeGreaterThan(0)

  const types = new Map<string, string[]>()
  const events = await ledger.events({ limit: 1_000_000 })
  for (const { type, subject } of events.toReversed()) {
    if (subject.includes('@')) types.set(subject, [...(types.get(subject) ?? []), type])
  }
  const firstOnly = ['retry']
  const both = ['retry', 'suppress']
  for (const line of reported) {
    const [recipient = '', index] = line.split(' ')
    const found = types.get(recipient)
    if (index === '1') expect(found, `${about}: ${line}`).toEqual(both)
    else expect([firstOnly, both], `${about}: ${line}`).toContainEqual(found)
  }
  for (const [recipient, found] of types)
    expect([firstOnly, both], `${about}: ${recipient}`).toContainEqual(found)
  const suppressed: string[] = []
  for await (const { key, value } of ledger.list('recipient/')) {
    const state = value as { suppressions?: unknown[]; messages?: { attempts: number }[] }
    if (state.suppressions) suppressed.push(key)
    expect(state.suppressions?.length ?? 1, `${about}: ${key}`).toBe(1)
    for (const { attempts } of state.messages ?? []) expect(attempts, `${about}: ${key}`).toBe(1)
  }
  expect(suppressed.length, about).toBe([...types.values()].filter((found) => found.length === 2).length)
  const marks: string[] = []
  for await (const { key } of ledger.list('buffer/')) marks.push(key)
  expect(marks, about).toEqual([])
  await ledger.close()
}, 1_200_000)
