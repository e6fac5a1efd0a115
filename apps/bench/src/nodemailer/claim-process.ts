import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteOutbox, type OutboxEntry } from 'nodemailer-icloud'
import { atOnce } from '../at-once.ts'
import { serve } from '../serve.ts'
import { quantile } from '../statistics.ts'

/** What a process that claims from an outbox is to do; its command line. */
export interface ClaimTask {
  pending: number
}

const claims = 200
const messagesEach = 10

const task = JSON.parse(process.argv[2] ?? '') as ClaimTask
const directory = mkdtempSync(join(tmpdir(), 'icloud-bench-claims-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const outbox = sqliteOutbox(join(directory, 'outbox.db'), { maxMessages: 2 * task.pending + 1000 })
const body = Buffer.alloc(2000, 'Good morning. ')
let filled = false

async function fill(): Promise<void> {
  if (filled) return
  filled = true
  await atOnce(500, task.pending, (index) => outbox.put(entryFor(index), body, null))
}

function entryFor(index: number): OutboxEntry {
  const address = `anna${index}@icloud.com`
  const acceptedAt = Date.now()
  return {
    messageId: `<${index}@example.com>`,
    sender: 'news@example.com',
    stream: 'transactional',
    acceptedAt,
    envelope: { from: 'news@example.com' },
    data: {},
    recipients: [{ address, tries: 0, nextAt: acceptedAt, last: null }],
    expired: [],
    untold: [],
    hookFailures: 0,
  }
}

/** ms that 99 of 100 claims take at most, of ten messages each, which then go back. */
serve(async (): Promise<number> => {
  await fill()
  const took: number[] = []
  for (let claim = 0; claim < claims; claim++) {
    const started = performance.now()
    const { claims: claimed } = await outbox.claim({ now: Date.now(), limit: messagesEach })
    took.push(performance.now() - started)
    if (claimed.length !== messagesEach) throw new Error(`claimed ${claimed.length} messages`)
    await Promise.all(claimed.map((each) => outbox.release(each, each.entry!, Date.now())))
  }
  return quantile(took, 0.99)
})
