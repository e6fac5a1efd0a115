import { createEngine } from '@icloud-delivery/engine'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliveredTo, now, signed } from '../bounces.test.fixture.ts'
import { bounceOf } from '../mta-bounces.test.fixture.ts'

const reader = fileURLToPath(new URL('maildir-reader.test.fixture.ts', import.meta.url))
const recipients = Array.from({ length: 60 }, (_, n) => `r${n}@icloud.com`)
let directory = ''
let children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-bounces-'))
  for (const folder of ['new', 'cur', 'tmp']) mkdirSync(join(directory, 'box', folder), { recursive: true })
  for (const [n, recipient] of recipients.entries()) {
    const reply = `550 5.1.1 <${recipient}>: inactive email address`
    const top = deliveredTo(signed(recipient).address)
    writeFileSync(join(directory, 'box', 'new', `${n}`), bounceOf('postfix', { recipient, reply, top }))
  }
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(directory, { recursive: true, force: true })
})

/** Reads the Maildir in a process of its own, which is killed after so many lines. */
async function read(what: 'keep' | 'mark', killAt = Infinity): Promise<string[]> {
  const args = [reader, join(directory, 'icloud.db'), join(directory, 'box'), what]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const exit = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length === killAt) child.kill('SIGKILL')
  }
  await exit
  return lines
}

async function counts(): Promise<(number | undefined)[]> {
  const engine = createEngine({ ledger: `file:${join(directory, 'icloud.db')}`, clock: () => now })
  const records = await Promise.all(recipients.map((recipient) => engine.address(recipient)))
  await engine.close()
  return records.map(({ softBounces }) => softBounces[0]?.count)
}

describe('each bounce of a Maildir counts once', () => {
  it('in processes that read it at the same time', async () => {
    const lines = (await Promise.all([read('keep'), read('keep'), read('keep')])).flat()
    for (const recipient of recipients)
      expect(lines.filter((line) => line.startsWith(`${recipient} `)).toSorted()).toEqual([
        `${recipient} duplicate`,
        `${recipient} duplicate`,
        `${recipient} recorded`,
      ])
    expect(await counts()).toEqual(recipients.map(() => 1))
  })

  it('whenever one of them is killed', async () => {
    for (const killAt of [1, 7, 20]) await read('mark', killAt)
    await read('mark')
    expect(await counts()).toEqual(recipients.map(() => 1))
    expect(readdirSync(join(directory, 'box', 'new'))).toEqual([])
    // Four processes, one after the other.
  }, 180_000)
})
