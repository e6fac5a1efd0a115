import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { createEngine } from '@icloud-delivery/engine'
import type { SimulatorOptions } from '@icloud-delivery/mx-simulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { versions } from './nodemailer-versions.test.fixture.ts'
import { forSimulator, mail, manualTime, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud } from './with-icloud.ts'

describe.each(versions)('Nodemailer %s', (_version, nodemailer) => {
  async function stage(
    simulated: SimulatorOptions,
    smtp: object = {},
    budgetMs = 9e8,
    hop?: 'relay' | 'direct',
  ) {
    const apple = await simulator(simulated)
    const time = manualTime()
    const engine = createEngine({ ledger: 'memory:', clock: time.clock, random: () => 0 })
    const transporter = withIcloud(
      nodemailer.createTransport({ host: '127.0.0.1', port: apple.port, ...smtp }),
      {
        ...forSimulator(apple),
        ...(hop && { hop }),
        engine,
        clock: time.clock,
        timers: time.timers,
        retry: { budgetMs },
      },
    )
    onTestFinished(() => transporter.close())
    return { apple, transporter, engine, time }
  }

  it.each([
    ['SMTP', {}],
    ['a pool', { pool: true }],
  ])(
    'over %s: each recipient at Apple alone, the same bytes again, content that can be read once',
    async (_, smtp) => {
      const script = { anna: [{ rule: 'service-unavailable', phase: 'eod' }, { accept: true }] } as const
      const { apple, transporter } = await stage({ script }, smtp)
      const content = Readable.from([Buffer.alloc(100_000, 'All of it. ')])
      const to = ['anna@icloud.com', 'bert@icloud.com', 'bob@example.com', 'invalid-recipient@icloud.com']
      const info = await transporter.sendMail(mail(to, { attachments: [{ content }] }))
      expect(info).toMatchObject({
        accepted: ['anna@icloud.com', 'bert@icloud.com', 'bob@example.com'],
        rejected: ['invalid-recipient@icloud.com'],
        suppressed: ['invalid-recipient@icloud.com'],
        pending: [],
      })
      expect(apple.messages.map(({ envelope }) => envelope.to.length)).toEqual([1, 1, 1])
      const [raw = ''] = new Set(apple.messages.map((message) => message.raw.toString()))
      expect(new Set(apple.messages.map((message) => message.raw.toString())).size).toBe(1)
      expect(raw.length).toBeGreaterThan(130_000)
      expect(raw).toContain(info.messageId)
    },
  )

  it.each(['relay', 'direct'] as const)(
    'sends again what a plugin has go through a stream of its own (%s)',
    async (hop) => {
      const reply =
        '451 host mx01.mail.icloud.com[192.0.2.1] said: 451 4.7.1 Service unavailable - try again later (in reply to end of DATA)'
      const script = { anna: [{ reply, phase: 'eod' }, { accept: true }] } as const
      const { apple, transporter } = await stage({ script }, {}, 9e8, hop)
      let read = 0
      transporter.use('stream', ({ message }, done) => {
        const count = new PassThrough()
        count.on('data', (chunk: Buffer) => (read += chunk.length))
        message.transform(count)
        done()
      })
      const info = await transporter.sendMail(mail('anna@icloud.com'))
      expect(info.accepted).toEqual(['anna@icloud.com'])
      expect(apple.messages).toHaveLength(1)
      expect(apple.messages[0]?.raw.toString()).toContain('Hello there')
      expect(read).toBeLessThan(2 * (apple.messages[0]?.raw.length ?? 0))
    },
  )

  it('hears the 421 on a connection that its pool keeps open, and does not send again at once', async () => {
    const { apple, transporter } = await stage(
      { script: { bert: [{ rule: 'rate-limited', close: true }] } },
      { pool: true, maxConnections: 1 },
      0,
    )
    // The second one takes the connection of the first.
    const [, second] = await Promise.all([
      transporter.sendMail(mail('anna@icloud.com')),
      rejection(transporter.sendMail(mail('bert@icloud.com'))),
    ])
    expect(second).toMatchObject({ code: 'ERETRYEXHAUSTED', rule: 'rate-limited', responseCode: 421 })
    expect(apple.sessions.count).toBe(1)
    expect(apple.attempts.filter(({ code }) => code === 421)).toHaveLength(1)
  })

  it('knocks once where its pool would knock six times: closed before the greeting', async () => {
    const { apple, transporter } = await stage({ connection: [{ drop: true }] }, { pool: true }, 0)
    expect(await rejection(transporter.sendMail(mail('anna@icloud.com')))).toMatchObject({
      code: 'ERETRYEXHAUSTED',
      rule: null,
      ambiguous: false,
    })
    expect(apple.sessions.count).toBe(1)
  })

  it('keeps no connection of its pool that nobody uses', async () => {
    const { apple, transporter } = await stage({}, { pool: true })
    await Promise.all(
      ['anna', 'bert', 'carl'].map((name) => transporter.sendMail(mail(`${name}@icloud.com`))),
    )
    await expect.poll(() => apple.sessions.open, { interval: 5 }).toBe(0)
    expect(apple.messages).toHaveLength(3)
  })

  it('shows mail as JSON, without the suppressed', async () => {
    const engine = createEngine({ ledger: 'memory:' })
    await engine.suppress({ recipient: 'gone@icloud.com', origin: 'operator' })
    const transporter = withIcloud(nodemailer.createTransport({ jsonTransport: true }), { engine })
    const info = await transporter.sendMail(mail(['anna@icloud.com', 'gone@icloud.com']))
    expect(JSON.parse((info as unknown as { message: string }).message)).toMatchObject({
      to: [{ address: 'anna@icloud.com' }],
    })
  })

  it('shows mail as a stream, starts sendmail, and gives SES a command, for each recipient at Apple', async () => {
    const local = nodemailer.createTransport({ streamTransport: true, buffer: true })
    const streamed = await withIcloud(local, { resolveMx: false }).sendMail(mail(['anna@icloud.com']))
    expect(String((streamed as unknown as { message: Buffer }).message)).toContain('Hello there')

    const { path, started } = fakeSendmail()
    const { SES, commands } = fakeSes()
    for (const options of [{ sendmail: true, path }, { SES }]) {
      const transporter = withIcloud(nodemailer.createTransport(options), { resolveMx: false })
      const info = await transporter.sendMail(mail(['anna@icloud.com', 'bert@icloud.com']))
      expect(info.accepted).toEqual(['anna@icloud.com', 'bert@icloud.com'])
    }
    const sendmail = '-i -f news@example.com'
    expect(started()).toEqual([`${sendmail} anna@icloud.com`, `${sendmail} bert@icloud.com`])
    expect(commands).toEqual([['anna@icloud.com'], ['bert@icloud.com']])
  })

  it('leaves the suppressed out, and each recipient alone, in an envelope of the mail too', async () => {
    const engine = createEngine({ ledger: 'memory:' })
    await engine.suppress({ recipient: 'gone@icloud.com', origin: 'operator' })
    const { path, started } = fakeSendmail()
    const { SES, commands } = fakeSes()
    const envelope = {
      from: 'list@example.com',
      to: ['anna@icloud.com', 'gone@icloud.com', 'bert@icloud.com'],
    }
    for (const options of [{ sendmail: true, path }, { SES }]) {
      const transporter = withIcloud(nodemailer.createTransport(options), { resolveMx: false, engine })
      const info = await transporter.sendMail(mail('readers@example.com', { envelope }))
      expect(info).toMatchObject({
        accepted: ['anna@icloud.com', 'bert@icloud.com'],
        suppressed: ['gone@icloud.com'],
      })
    }
    const sendmail = '-i -f list@example.com'
    expect(started()).toEqual([`${sendmail} anna@icloud.com`, `${sendmail} bert@icloud.com`])
    expect(commands).toEqual([['anna@icloud.com'], ['bert@icloud.com']])

    const local = nodemailer.createTransport({ streamTransport: true, buffer: true })
    const asked: unknown[] = []
    const { transporter: inner } = local as unknown as {
      transporter: { send(sent: { data: { envelope: { to: string[] } } }, ...rest: unknown[]): void }
    }
    const send = inner.send.bind(inner)
    inner.send = (sent, ...rest) => {
      asked.push([...sent.data.envelope.to])
      send(sent, ...rest)
    }
    await withIcloud(local, { engine }).sendMail(mail('readers@example.com', { envelope }))
    expect(asked).toEqual([['anna@icloud.com', 'bert@icloud.com']])
  })
})

/** A program that notes how it was started. */
function fakeSendmail(): { path: string; started: () => string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'nodemailer-icloud-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'sendmail')
  const log = join(directory, 'log')
  writeFileSync(path, `#!/bin/sh\ncat > /dev/null\necho "$*" >> '${log}'\n`, { mode: 0o755 })
  return { path, started: () => readFileSync(log, 'utf8').trim().split('\n').toSorted() }
}

/** Notes to whom it was to send. */
function fakeSes(): { SES: object; commands: string[][] } {
  const commands: string[][] = []
  const SES = {
    SendEmailCommand: class {
      readonly input: unknown
      constructor(input: unknown) {
        this.input = input
      }
    },
    sesClient: {
      send: async ({ input }: { input: { Destination: { ToAddresses: string[] } } }) => {
        commands.push(input.Destination.ToAddresses)
        return { MessageId: 'id' }
      },
    },
  }
  return { SES, commands }
}
