import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BounceResult } from '../bounce-result.ts'
import { bench, deliveredTo, signed } from '../bounces.test.fixture.ts'
import { bounceOf } from '../mta-bounces.test.fixture.ts'
import type { ReadOne } from '../read-one.ts'
import { readMaildir } from './maildir.ts'
import type { BounceProgress } from './walk.ts'

let directory = ''
const nobody = 65_534

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icloud-maildir-'))
  for (const folder of ['new', 'cur', 'tmp']) mkdirSync(join(directory, 'box', folder), { recursive: true })
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const box = (...path: string[]): string => join(directory, 'box', ...path)

async function all(results: AsyncIterable<BounceResult>): Promise<BounceResult[]> {
  const found: BounceResult[] = []
  for await (const result of results) found.push(result)
  return found
}

/** Root may read everything, so the work is done as somebody else. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work()
  chmodSync(directory, 0o755)
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

function bounceFor(recipient: string): string {
  return bounceOf('postfix', {
    recipient,
    reply: `550 5.1.1 <${recipient}>: user does not exist`,
    top: deliveredTo(signed(recipient).address),
  })
}

describe('a Maildir', () => {
  it('is read in order, what is done is marked as seen, and a second run reads nothing', async () => {
    const { bounces } = bench()
    writeFileSync(box('new', '2.b'), bounceFor('b@icloud.com'))
    writeFileSync(box('cur', '1.a:2,R'), bounceFor('a@icloud.com'))
    writeFileSync(box('cur', '0.seen:2,RS'), bounceFor('seen@icloud.com'))
    writeFileSync(box('new', '3.c'), 'Subject: no bounce\r\n\r\n')
    writeFileSync(box('new', '.hidden'), bounceFor('hidden@icloud.com'))
    writeFileSync(join(directory, 'elsewhere'), bounceFor('elsewhere@icloud.com'))
    symlinkSync(join(directory, 'elsewhere'), box('new', '4.link'))
    const seen: BounceProgress[] = []
    const results = await all(bounces.maildir(box(), { progress: (progress) => seen.push(progress) }))
    expect(results).toMatchObject([
      { source: 'cur/1.a:2,R', status: 'recorded', recipient: 'a@icloud.com' },
      { source: 'new/2.b', status: 'recorded', recipient: 'b@icloud.com' },
      { source: 'new/3.c', status: 'not-a-bounce' },
    ])
    expect(readdirSync(box('cur')).toSorted()).toEqual(['0.seen:2,RS', '1.a:2,RS', '2.b:2,S', '3.c:2,S'])
    expect(readdirSync(box('new')).toSorted()).toEqual(['.hidden', '4.link'])
    expect(seen.at(-1)).toMatchObject({ done: 4, total: 4 })
    expect(await all(bounces.maildir(box()))).toEqual([])
  })

  it('says of a message that may not be read that it is unreadable, and leaves it', async () => {
    const { bounces } = bench()
    writeFileSync(box('new', '1.secret'), bounceFor('a@icloud.com'), { mode: 0 })
    writeFileSync(box('new', '2.b'), bounceFor('b@icloud.com'))
    const results = await unprivileged(() => all(bounces.maildir(box(), { keep: true })))
    expect(results).toMatchObject([
      { source: 'new/1.secret', status: 'unreadable', reason: expect.stringContaining('EACCES') as string },
      { source: 'new/2.b', status: 'recorded', recipient: 'b@icloud.com' },
    ])
    expect(readdirSync(box('new'))).toEqual(['1.secret', '2.b'])
  })

  it('gives what is done to another Maildir', async () => {
    const { bounces } = bench()
    writeFileSync(box('new', '1.a'), bounceFor('a@icloud.com'))
    const moveTo = join(directory, 'done')
    await all(bounces.maildir(box(), { moveTo }))
    expect(readdirSync(join(moveTo, 'cur'))).toEqual(['1.a:2,S'])
    expect(readdirSync(box('new'))).toEqual([])
  })

  it('leaves everything as it is if it has to', async () => {
    const { bounces } = bench()
    writeFileSync(box('new', '1.a'), bounceFor('a@icloud.com'))
    for (const status of ['recorded', 'duplicate'])
      expect(await all(bounces.maildir(box(), { keep: true }))).toMatchObject([{ status }])
    expect(readdirSync(box('new'))).toEqual(['1.a'])
  })

  it('keeps what could not be remembered, and goes on', async () => {
    const { engine, bounces } = bench()
    writeFileSync(box('new', '1.a'), bounceFor('a@icloud.com'))
    writeFileSync(box('new', '2.b'), 'Subject: no bounce\r\n\r\n')
    await engine.ledger.close()
    expect(await all(bounces.maildir(box()))).toMatchObject([
      { status: 'failed' },
      { status: 'not-a-bounce' },
    ])
    expect(readdirSync(box('new'))).toEqual(['1.a'])
  })

  it('goes on after it was stopped', async () => {
    const { bounces } = bench()
    for (const name of ['a', 'b', 'c']) writeFileSync(box('new', name), bounceFor(`${name}@icloud.com`))
    const stop = new AbortController()
    const run = all(bounces.maildir(box(), { signal: stop.signal, progress: () => stop.abort() }))
    await expect(run).rejects.toThrow(/abort/i)
    expect(readdirSync(box('new')).toSorted()).toEqual(['b', 'c'])
    expect(await all(bounces.maildir(box()))).toHaveLength(2)
  })

  it('of which one file cannot be read goes on with the others, and keeps it', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(box('new', name), bounceFor(`${name}@icloud.com`))
    mkdirSync(box('new', 'd'))
    const { bounces } = bench()
    const read: ReadOne = (source, options) =>
      options.source === 'new/b' ? Promise.reject(new Error('EIO')) : bounces.message(source, options)
    expect(await all(readMaildir(box(), {}, read))).toMatchObject([
      { source: 'new/a', status: 'recorded' },
      { source: 'new/b', status: 'unreadable', reason: 'EIO' },
      { source: 'new/c', status: 'recorded' },
    ])
    expect(readdirSync(box('new'))).toEqual(['b', 'd'])
  })

  it('of which another reader takes a file away goes on with the others', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(box('new', name), bounceFor(`${name}@icloud.com`))
    const { bounces } = bench()
    const read: ReadOne = (source, options) => {
      if (options.source === 'new/a') rmSync(box('new', 'b'))
      return bounces.message(source, options)
    }
    expect(await all(readMaildir(box(), {}, read))).toMatchObject([
      { source: 'new/a', status: 'recorded' },
      { source: 'new/c', status: 'recorded' },
    ])
  })

  it('is none without new and cur', async () => {
    const { bounces } = bench()
    await expect(all(bounces.maildir(directory))).rejects.toMatchObject({
      code: 'EINPUT',
      message: expect.stringContaining('no Maildir') as string,
    })
  })
})
