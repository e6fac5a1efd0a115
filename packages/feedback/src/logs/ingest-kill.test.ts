import { createEngine } from '@icloud-delivery/engine'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFeedback } from '../recorder/feedback.ts'
import { ingestLog } from './ingest-log.ts'

const recipients = 3000
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icloud-kill-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('ingestLog, killed at any moment', () => {
  it('loses nothing, and counts nothing twice', async () => {
    const [log, state] = [path.join(folder, 'mail.log'), path.join(folder, 'position')]
    const ledger = `file:${path.join(folder, 'icloud.db')}`
    const at = new Date().toISOString()
    const lines = Array.from(
      { length: recipients },
      (_, n) =>
        `${at} mail postfix/smtp[9]: AAAAAA${n}: to=<reader${n}@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok${' '.repeat(1000)})\n`,
    )
    await writeFile(log, lines.join(''))

    // Each time a little further: before a position is written, and after.
    for (const dieAfter of [1, 700, 1500]) {
      const program = path.join(import.meta.dirname, 'ingest.test.fixture.ts')
      // It goes on for a while behind that, but not to the end.
      const most = String(dieAfter + 1000)
      const child = spawn(process.execPath, [program, log, state, ledger, most], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let seen = 0
      createInterface({ input: child.stdout }).on('line', () => {
        if (++seen === dieAfter) child.kill('SIGKILL')
      })
      await once(child, 'close')
      expect(child.signalCode).toBe('SIGKILL')
    }

    const engine = createEngine({ ledger })
    const { counts } = await ingestLog(log, { feedback: createFeedback({ engine }), state })
    expect(counts.invalid + counts['not-apple'] + counts.outdated).toBe(0)
    const events = await engine.ledger.events({ type: 'delivered', limit: 2 * recipients })
    const subjects = events.map(({ subject }) => subject)
    expect(new Set(subjects).size).toBe(recipients)
    expect(subjects).toHaveLength(recipients)
    await engine.close()
  })
})
