import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { simulator } from './stage.test.fixture.ts'

/** An application of its own, which sends so many mails at once. */
const program = `
import nodemailer from 'nodemailer'
import { withIcloud } from '${new URL('../dist/index.js', import.meta.url).href}'
const { port, ledger, name, count, pool } = JSON.parse(process.argv[1])
const transporter = withIcloud(nodemailer.createTransport({ host: '127.0.0.1', port, pool, maxConnections: 10 }), {
  ledger,
  resolveMx: false,
  // However long it takes, the lane gives five connections, and nobody's are taken for lost.
  policy: { lanes: { '*': { start: 5, ceiling: 5, leaseSeconds: 60 } } },
  testing: { appleMx: ['127.0.0.1:' + port] },
})
const mail = { from: 'news@example.com', subject: 'Hello', text: 'Hello there' }
await Promise.all(Array.from({ length: count }, (_, index) =>
  transporter.sendMail({ ...mail, to: name + index + '@icloud.com' })))
transporter.close()`

it.each([[false], [true]])(
  'two applications with one file have the connections of one lane, pool: %s',
  async (pool) => {
    const directory = mkdtempSync(join(tmpdir(), 'nodemailer-lanes-'))
    onTestFinished(() => rmSync(directory, { recursive: true, maxRetries: 10 }))
    const apple = await simulator({ latencyMs: 2 })
    const run = (name: string): Promise<unknown> => {
      const task = { port: apple.port, ledger: `file:${join(directory, 'icloud.db')}`, name, count: 25, pool }
      const args = ['--input-type=module', '--eval', program, JSON.stringify(task)]
      return promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
    }
    await Promise.all([run('anna'), run('bert')])
    expect(apple.messages).toHaveLength(50)
    expect(apple.sessions.peak).toBeLessThanOrEqual(5)
  },
)
