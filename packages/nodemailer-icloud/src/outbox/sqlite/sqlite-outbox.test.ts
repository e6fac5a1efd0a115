import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outboxContract } from '../outbox-contract.test.fixture.ts'
import { sqliteOutbox } from './sqlite-outbox.ts'

outboxContract(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'icloud-outbox-'))
  return {
    make: (options) => sqliteOutbox(join(directory, 'outbox.db'), options),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
})
