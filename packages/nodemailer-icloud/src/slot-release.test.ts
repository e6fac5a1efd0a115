import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import type { Step } from '@icloud-delivery/mx-simulator'
import type { Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { slowToClose } from './slow-to-close.test.fixture.ts'
import { mail, simulator } from './stage.test.fixture.ts'
import { withIcloud, type WithIcloud } from './with-icloud.ts'

const require = createRequire(import.meta.url)

interface Nodemailer {
  createTransport(options: object): Transporter
}

const versions = ['nodemailer-7', 'nodemailer-8', 'nodemailer-9', 'nodemailer'].map(
  (name): [string, Nodemailer] => [name, require(name) as Nodemailer],
)

const answers: [string, Step][] = [
  ['accepts', { accept: true }],
  ['refuses', { rule: 'mailbox-full' }],
  ['hangs up', { drop: true }],
]

function transporterTo(
  port: number,
  nodemailer: Nodemailer,
  smtp: object,
  options: IcloudOptions = {},
): WithIcloud<Transporter> {
  const tls = { rejectUnauthorized: false }
  const inner = nodemailer.createTransport({ host: '127.0.0.1', port, tls, ...smtp })
  const transporter = withIcloud(inner, {
    testing: { appleMx: [`127.0.0.1:${port}`] },
    resolveMx: false,
    policy: { lanes: { '*': { start: 2, floor: 2, ceiling: 2, leaseSeconds: 3600 } } },
    retry: { budgetMs: 0 },
    ...options,
  })
  onTestFinished(() => transporter.close())
  return transporter
}

describe.each(versions)('%s', (_name, nodemailer) => {
  describe.each([
    ['without a pool', { pool: false }, false],
    ['without a pool, with TLS', { pool: false }, true],
    ['with a pool', { pool: true, maxConnections: 10 }, false],
    ['with a pool and TLS', { pool: true, maxConnections: 10 }, true],
    ['with a pool whose connections wear out', { pool: true, maxConnections: 10, maxMessages: 2 }, false],
  ])('%s', (_way, smtp, starttls) => {
    it.each(answers)(
      'keeps its place in the lane until both sides have closed the connection: Apple %s',
      async (_does, step) => {
        const script = ({ phase }: { phase: string }) => (phase === 'rcpt' ? step : undefined)
        const apple = await simulator({ starttls, script })
        const between = await slowToClose(apple.port)
        const transporter = transporterTo(between.port, nodemailer, smtp)
        const to = Array.from({ length: 12 }, (_unused, index) => `anna${index}@icloud.com`)
        const sent = await Promise.allSettled(to.map((address) => transporter.sendMail(mail(address))))
        const accepted = sent.filter(({ status }) => status === 'fulfilled')
        expect(accepted).toHaveLength('accept' in step ? 12 : 0)
        expect(apple.attempts.filter(({ phase }) => phase === 'connect').length).toBeGreaterThan(1)
        expect(between.peak).toBeLessThanOrEqual(2)
      },
    )
  })
})

it.each([
  ['without a pool', {}],
  ['with a pool', { pool: true }],
])('leaves nothing to the lane when it is closed right after a mail: %s', async (_way, smtp) => {
  const directory = mkdtempSync(join(tmpdir(), 'nodemailer-slots-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const ledger = `file:${join(directory, 'icloud.db')}`
  const apple = await simulator()
  const between = await slowToClose(apple.port)
  const nodemailer = require('nodemailer') as Nodemailer
  const transporter = transporterTo(between.port, nodemailer, smtp, { ledger })
  await transporter.sendMail(mail('anna@icloud.com'))
  transporter.close()
  const other = createEngine({ ledger, policy: { lanes: { '*': { leaseSeconds: 3600 } } } })
  onTestFinished(() => other.close())
  await expect.poll(async () => (await other.lanes())[0]?.leased).toBe(0)
  expect(between.open).toBe(0)
})
