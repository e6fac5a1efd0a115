import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import type { ScriptQuestion, Step } from '@icloud-delivery/mx-simulator'
import newest, { type Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import { versions, type Nodemailer } from './nodemailer-versions.test.fixture.ts'
import type { IcloudOptions } from './options.ts'
import { slowToClose } from './slow-to-close.test.fixture.ts'
import { mail, simulator } from './stage.test.fixture.ts'
import { withIcloud, type WithIcloud } from './with-icloud.ts'

const accepts: Step = { accept: true }
const answers: [string, Step, Step][] = [
  ['accepts', accepts, accepts],
  ['refuses', { rule: 'mailbox-full' }, { rule: 'mailbox-full' }],
  ['refuses every other one', { rule: 'mailbox-full' }, accepts],
  ['hangs up', { drop: true }, { drop: true }],
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

/** An HTTP proxy that brings everybody to one port, whatever is asked for. */
async function connectProxy(to: number): Promise<{ port: number; tunnels: () => number }> {
  let tunnels = 0
  const proxy = createServer().on('connect', (_request, client: Socket) => {
    tunnels++
    const beyond = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true })
    client.write('HTTP/1.1 200 Connected\r\n\r\n')
    client.pipe(beyond).pipe(client)
    client.on('error', () => beyond.destroy())
    beyond.on('error', () => client.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  return { port: (proxy.address() as AddressInfo).port, tunnels: () => tunnels }
}

describe.each(versions)('Nodemailer %s', (_version, nodemailer) => {
  describe.each([
    ['without a pool', { pool: false }, false],
    ['without a pool, with TLS', { pool: false }, true],
    ['with a pool', { pool: true, maxConnections: 10 }, false],
    ['with a pool and TLS', { pool: true, maxConnections: 10 }, true],
    ['with a pool whose connections wear out', { pool: true, maxConnections: 10, maxMessages: 2 }, false],
  ])('%s', (_way, smtp, starttls) => {
    it.each(answers)(
      'keeps its place in the lane until both sides have closed the connection: Apple %s',
      async (_does, even, odd) => {
        const script = ({ phase, recipient }: ScriptQuestion) =>
          phase === 'rcpt' ? (/[02468]@/.test(recipient ?? '') ? even : odd) : undefined
        const apple = await simulator({ starttls, script })
        const between = await slowToClose(apple.port)
        const transporter = transporterTo(between.port, nodemailer, smtp)
        const to = Array.from({ length: 12 }, (_unused, index) => `anna${index}@icloud.com`)
        const sent = await Promise.allSettled(to.map((address) => transporter.sendMail(mail(address))))
        const accepted = sent.filter(({ status }) => status === 'fulfilled')
        expect(accepted).toHaveLength([even, odd].filter((step) => step === accepts).length * 6)
        expect(apple.attempts.filter(({ phase }) => phase === 'connect').length).toBeGreaterThan(1)
        expect(between.peak).toBeLessThanOrEqual(2)
      },
    )
  })

  it('gives up what waits for the lane when its pool is closed', async () => {
    const apple = await simulator()
    const policy = { lanes: { '*': { start: 1, floor: 1, ceiling: 1 } } }
    const transporter = transporterTo(apple.port, nodemailer, { pool: true }, { policy })
    const to = ['anna', 'bert', 'cleo'].map((name) => `${name}@icloud.com`)
    const sent = Promise.allSettled(to.map((address) => transporter.sendMail(mail(address))))
    await apple.waitFor(({ attempts }) => attempts.length > 0, { timeoutMs: 50_000 })
    transporter.close()
    const states = (await sent).map((one) =>
      one.status === 'fulfilled' ? 'sent' : (one.reason as { code?: string }).code,
    )
    expect(states).toEqual(['sent', 'ECONNECTION', 'ECONNECTION'])
  })
})

it('counts what goes through a proxy, too', async () => {
  const apple = await simulator()
  const between = await slowToClose(apple.port)
  const proxy = await connectProxy(between.port)
  const transporter = transporterTo(between.port, newest, { proxy: `http://127.0.0.1:${proxy.port}` })
  const to = Array.from({ length: 6 }, (_unused, index) => `anna${index}@icloud.com`)
  await Promise.all(to.map((address) => transporter.sendMail(mail(address))))
  expect(apple.messages).toHaveLength(6)
  expect(proxy.tunnels()).toBe(6)
  expect(between.peak).toBeLessThanOrEqual(2)
})

it.each([
  ['without a pool', {}],
  ['with a pool', { pool: true }],
])('leaves nothing to the lane when it is closed right after a mail: %s', async (_way, smtp) => {
  const directory = mkdtempSync(join(tmpdir(), 'nodemailer-slots-'))
  onTestFinished(() => rmSync(directory, { recursive: true, maxRetries: 10 }))
  const ledger = `file:${join(directory, 'icloud.db')}`
  const apple = await simulator()
  const between = await slowToClose(apple.port)
  const transporter = transporterTo(between.port, newest, smtp, { ledger })
  await transporter.sendMail(mail('anna@icloud.com'))
  transporter.close()
  // Some go on with a transport that they have closed.
  if (!('pool' in smtp)) await transporter.sendMail(mail('bert@icloud.com'))
  const other = createEngine({ ledger, policy: { lanes: { '*': { leaseSeconds: 3600 } } } })
  onTestFinished(() => other.close())
  await expect.poll(async () => (await other.lanes())[0]?.leased).toBe(0)
  expect(between.open).toBe(0)
})
