import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { entryFor, outboxContract } from '../outbox-contract.test.fixture.ts'
import type { Claim } from '../outbox.ts'
import { sqliteOutbox } from './sqlite-outbox.ts'

outboxContract(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-'))
  return {
    make: (options) => sqliteOutbox(join(directory, 'outbox.db'), options),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
})

it('gives a message to the worker of this process as it is stored, and to nobody else', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const outbox = sqliteOutbox(join(directory, 'outbox.db'), { keys: [{ id: 'k', secret: 'x'.repeat(16) }] })
  onTestFinished(() => outbox.close())
  const body = Buffer.from('Hello')
  const taken: Claim[] = []
  const taker = { now: Date.now(), begin: (claim: Claim) => taken.push(claim) }
  const id = await outbox.put(entryFor('anna@icloud.com'), body, 'k1', taker)
  expect(await outbox.put(entryFor('anna@icloud.com'), body, 'k1', taker)).toBe(id)
  expect(taken).toMatchObject([{ id, body, problem: null }])
  expect((await outbox.claim({ now: Date.now(), limit: 5 })).claims).toEqual([])
  expect((await outbox.claim({ now: Date.now() + 31_000, limit: 5 })).claims).toMatchObject([{ id }])
  expect(await outbox.finish(taken[0]!)).toBe(false)
})
