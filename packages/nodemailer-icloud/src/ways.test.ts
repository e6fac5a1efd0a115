import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '@icloud-delivery/engine'
import nodemailer, { type Transporter } from 'nodemailer'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { IcloudOptions } from './options.ts'
import { next } from './outbox/outbox-stage.test.fixture.ts'
import { sqliteOutbox } from './outbox/sqlite/sqlite-outbox.ts'
import { mail, rejection, simulator } from './stage.test.fixture.ts'
import { withIcloud, type WithIcloud } from './with-icloud.ts'

const policy = { lanes: { 'ip-1': { alternative: 'ip-2' }, 'ip-2': { warmUp: 'done' as const } } }

/** A transporter whose IP address Apple blocks after the first mails, and one with another IP address. */
async function blocked(more: Partial<IcloudOptions> = {}): Promise<{
  transporter: WithIcloud<Transporter>
  recipientsOf: (lane: 1 | 2) => string[]
  /** Another transporter that knows what this one knows. */
  again: (more: Partial<IcloudOptions>) => WithIcloud<Transporter>
}> {
  const one = await simulator({ script: { zoe: [{ rule: 'proofpoint-block' }] } })
  const two = await simulator()
  const plain = (port: number): Transporter => nodemailer.createTransport({ host: '127.0.0.1', port })
  const engine = createEngine({ ledger: 'memory:', policy })
  onTestFinished(() => engine.close())
  const again = (options: Partial<IcloudOptions>): WithIcloud<Transporter> => {
    const made = withIcloud(plain(one.port), {
      engine,
      lane: 'ip-1',
      laneTransports: { 'ip-2': plain(two.port) },
      resolveMx: false,
      retry: { budgetMs: 0 },
      stream: ({ data }) => String(data['subject']),
      testing: { appleMx: [one, two].map(({ port }) => `127.0.0.1:${port}`) },
      ...options,
    })
    onTestFinished(() => made.close())
    return made
  }
  const transporter = again(more)
  for (let n = 0; n < 10; n++) await transporter.sendMail(mail(`r${n}@icloud.com`, { subject: 'marketing' }))
  await transporter.sendMail(mail('anna@icloud.com', { subject: 'transactional' }))
  const error = await rejection(transporter.sendMail(mail('zoe@icloud.com', { subject: 'transactional' })))
  expect(error).toMatchObject({ code: 'EHELD', rule: 'proofpoint-block' })
  return {
    transporter,
    again,
    recipientsOf: (lane) =>
      [one, two][lane - 1]!.messages.flatMap(({ recipients }) => recipients).slice(lane === 1 ? 11 : 0),
  }
}

describe('while Apple blocks the IP address of the lane', () => {
  it('mail goes over the alternative, apart from the stream that led to it', async () => {
    const { transporter, recipientsOf } = await blocked()
    const info = await transporter.sendMail(
      mail(['bert@icloud.com', 'cleo@icloud.com'], { subject: 'transactional' }),
    )
    expect(info.accepted).toEqual(['bert@icloud.com', 'cleo@icloud.com'])
    const held = await rejection(transporter.sendMail(mail('dora@icloud.com', { subject: 'marketing' })))
    expect(held).toMatchObject({ code: 'EHELD' })
    expect(recipientsOf(2).toSorted()).toEqual(['bert@icloud.com', 'cleo@icloud.com'])
    expect(recipientsOf(1)).toEqual([])
    const { delivered } = await transporter.transporter.engine.rates({ window: 'hour', lane: 'ip-2' })
    expect(delivered).toBe(2)
  })

  it('recipients who share a transaction go over it together', async () => {
    const { transporter, recipientsOf } = await blocked({ onePerTransaction: false })
    const to = ['bert@icloud.com', 'cleo@icloud.com', 'team@example.org']
    const info = await transporter.sendMail(mail(to, { subject: 'transactional' }))
    expect(info.accepted.toSorted()).toEqual(to)
    expect(recipientsOf(2)).toEqual(['bert@icloud.com', 'cleo@icloud.com'])
    expect(recipientsOf(1)).toEqual(['team@example.org'])
  })

  it('mail in the outbox goes over it', async () => {
    const { again, recipientsOf } = await blocked()
    const directory = mkdtempSync(join(tmpdir(), 'icloud-ways-'))
    onTestFinished(() => rmSync(directory, { recursive: true, maxRetries: 10 }))
    const transporter = again({ outbox: sqliteOutbox(join(directory, 'outbox.db')) })
    const delivered = next(transporter.transporter.worker!, 'delivered')
    await transporter.sendMail(mail('bert@icloud.com', { subject: 'transactional' }))
    expect(await delivered).toMatchObject({ recipient: 'bert@icloud.com' })
    expect(recipientsOf(2)).toEqual(['bert@icloud.com'])
  })

  it('mail waits if there is no transport for the alternative', async () => {
    const { transporter } = await blocked({ laneTransports: {} })
    const error = await rejection(transporter.sendMail(mail('bert@icloud.com', { subject: 'transactional' })))
    expect(error).toMatchObject({
      code: 'EHELD',
      message: expect.stringContaining('laneTransports') as string,
    })
  })
})

describe('laneTransports', () => {
  const apple = { appleMx: ['127.0.0.1:25'] }
  const direct = (): Transporter => nodemailer.createTransport({ host: '127.0.0.1', port: 25 })
  const complaint = (options: IcloudOptions, own = direct()): string => {
    try {
      withIcloud(own, { policy, lane: 'ip-1', testing: apple, ...options })
    } catch (error) {
      expect(error).toMatchObject({ code: 'ECONFIG' })
      return (error as Error).message
    }
    return 'accepted'
  }

  it('have to be plain ones that talk to Apple, under the name that the policy has for the alternative', () => {
    const relay = nodemailer.createTransport({ host: '127.0.0.1', port: 26 })
    const wrapped = withIcloud(direct(), { testing: apple })
    expect(complaint({ laneTransports: { 'ip-2': direct() } })).toBe('accepted')
    expect(complaint({ laneTransports: { 'ip-2': relay } })).toContain('talk to Apple’s MX themselves')
    expect(complaint({ laneTransports: { 'ip-2': direct() } }, relay)).toContain('talk to Apple’s MX')
    expect(complaint({ laneTransports: { 'ip-2': wrapped } })).toContain('not wrapped')
    expect(complaint({ laneTransports: { 'ip-3': direct() } })).toContain(
      'policy.lanes["ip-1"].alternative; found "ip-2"',
    )
    const engine = createEngine({ ledger: 'memory:', policy })
    onTestFinished(() => engine.close())
    const { policy: _, ...own } = { policy: undefined, engine, laneTransports: { 'ip-2': direct() } }
    expect(() => withIcloud(direct(), { lane: 'ip-1', testing: apple, ...own })).not.toThrow()
  })
})
