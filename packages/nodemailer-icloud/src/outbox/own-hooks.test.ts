import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { mail } from '../stage.test.fixture.ts'
import type { UndeliveredVerdict } from '../undelivered.ts'
import type { OutboxEntry } from './entry.ts'
import type { HookTask } from './faults/hook-app.test.fixture.ts'
import { entryFor } from './outbox-contract.test.fixture.ts'
import { next, outboxStage } from './outbox-stage.test.fixture.ts'
import { OwnHooks } from './own-hooks.ts'

const app = fileURLToPath(new URL('../../dist/outbox/faults/hook-app.test.fixture.js', import.meta.url))
const hour = 3_600_000

describe('the hook of one mail in an outbox', () => {
  it('is called in the process that sent it, with the mail, instead of that of the transport', async () => {
    const { start, pass } = await outboxStage({
      anna: [{ rule: 'rate-limited' }, { rule: 'invalid-recipient' }],
    })
    const others: string[] = []
    const { transporter, worker } = start({
      onUndelivered: (_, { recipient }) => others.push(recipient),
    })
    const told: unknown[] = []
    const waits = next(worker, 'retry')
    const info = await transporter.sendMail(
      mail(['anna@icloud.com', 'bert@icloud.com'], {
        attachments: [{ filename: 'a.txt', content: 'large' }],
        onUndelivered: (message: Record<string, unknown>, verdict: UndeliveredVerdict) => {
          told.push(message, verdict.cause)
        },
      }),
    )
    await waits
    await worker.flush()
    pass(2 * hour)
    await worker.flush()
    const { outboxId, messageId } = info
    const envelope = { from: 'news@example.com', to: ['anna@icloud.com'] }
    expect(told).toEqual([
      expect.objectContaining({ subject: 'Hello', text: 'Hello there', outboxId, messageId, envelope }),
      'suppressed',
    ])
    expect(told[0]).not.toHaveProperty('attachments')
    expect(others).toEqual([])
  })

  it('that fails is called again', async () => {
    const { start, pass } = await outboxStage({ anna: [{ rule: 'invalid-recipient' }] })
    const { transporter, worker, outbox } = start({ onUndelivered: () => {} })
    let calls = 0
    const onUndelivered = (): void => {
      if (++calls === 1) throw new Error('No SMS')
    }
    await transporter.sendMail(mail('anna@icloud.com', { onUndelivered }))
    await worker.flush()
    pass(2 * hour)
    await worker.flush()
    expect(calls).toBe(2)
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })

  it('is followed by that of the transport after kill -9', async () => {
    const { start, simulator, file, ledger, pass } = await outboxStage({
      anna: [{ rule: 'rate-limited' }, { rule: 'invalid-recipient' }],
    })
    const task: HookTask = { file, ledger, port: simulator.port }
    const child = spawn(process.execPath, [app, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(child, 'exit')
    const said: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line)
      child.kill('SIGKILL')
    }
    await exit
    expect(said).toEqual(['waits'])
    pass(2 * hour)
    const told: unknown[] = []
    const { worker, outbox } = start({ onUndelivered: (message, { cause }) => told.push(message, cause) })
    await worker.flush()
    expect(told).toEqual([expect.objectContaining({ messageId: '<code@example.com>' }), 'suppressed'])
    expect(await outbox.size()).toEqual({ waiting: 0, dead: 0, bytes: 0 })
  })
})

it('hooks of mails that another process brought to an end are forgotten, and do not fill the memory', () => {
  let now = 0
  const hooks = new OwnHooks({ clock: () => now, maxAgeSeconds: { '*': 60 } })
  for (let n = 0; n < 5000; n++) {
    now += 120_000
    const entry: OutboxEntry = entryFor(`r${n}@icloud.com`, { acceptedAt: now })
    hooks.add(entry, { hook: () => {}, data: {} })
  }
  expect(hooks.size).toBeLessThan(2000)
})
