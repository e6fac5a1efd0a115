import { createEngine } from '@icloud-delivery/engine'
import nodemailer from 'nodemailer'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { icloudTransport } from './icloud-transport.ts'
import type { InnerTransport } from './nodemailer-shapes.ts'
import type { IcloudOptions } from './options.ts'
import { mail, rejection } from './stage.test.fixture.ts'

afterEach(() => vi.useRealTimers())

/** As `expect.poll` waits, which lets no fake time pass. */
const patiently = { timeout: 50_000 }

type Answer = (error: unknown, info?: object) => void

/** A transport of one's own making, and what went wrong in this process meanwhile. */
function stage(send: (to: string[], answer: Answer) => void, options: IcloudOptions = {}) {
  const bodyRead = vi.fn<() => void>()
  const inner: InnerTransport = {
    name: 'Own',
    version: '1.0.0',
    send: (
      sent: { message: { getEnvelope(): { to: string[] }; createReadStream(): NodeJS.ReadableStream } },
      answer,
    ) => {
      // Reads the bytes, as a transport does.
      sent.message.createReadStream().once('end', bodyRead).resume()
      send(sent.message.getEnvelope().to, answer)
    },
  }
  const engine = createEngine({ ledger: 'memory:' })
  const transport = icloudTransport(inner, { engine, resolveMx: false, ...options })
  return { engine, transporter: nodemailer.createTransport(transport), transport, bodyRead }
}

const hops: [NonNullable<IcloudOptions['hop']>][] = [['relay'], ['direct']]

describe.each(hops)('on a %s hop, a transport', (hop) => {
  it.each(['anna@icloud.com', 'bob@example.com'])(
    'that throws: the error is that of sendMail (%s)',
    async (to) => {
      const { transporter } = stage(
        () => {
          throw new TypeError('Broken')
        },
        { hop },
      )
      expect(await rejection(transporter.sendMail(mail(to)))).toMatchObject({
        name: 'TypeError',
        message: 'Broken',
      })
    },
  )

  it.each(['anna@icloud.com', 'bob@example.com'])('that calls back twice is heard once (%s)', async (to) => {
    const calls: unknown[] = []
    const { transporter } = stage(
      (_, answer) => {
        answer(null, { response: '250 ok' })
        answer(new Error('And yet'))
        setImmediate(answer, new Error('And later'))
      },
      { hop },
    )
    await new Promise<void>((resolve) => {
      transporter.sendMail(mail(to), (error, info) => {
        calls.push(error ?? info.response)
        resolve()
      })
    })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(calls).toEqual(['250 ok'])
  })

  it.each(['anna@icloud.com', 'bob@example.com'])(
    'that calls back and then throws is heard once, and the process lives (%s)',
    async (to) => {
      const uncaught: unknown[] = []
      const note = (error: unknown): void => void uncaught.push(error)
      const before = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException').on('uncaughtException', note)
      onTestFinished(() => {
        process.off('uncaughtException', note)
        for (const listener of before) process.on('uncaughtException', listener)
      })
      const { transporter } = stage(
        (_, answer) => {
          answer(null, { response: '250 ok' })
          throw new Error('And yet')
        },
        { hop },
      )
      expect(await transporter.sendMail(mail(to))).toMatchObject({ accepted: [to], response: '250 ok' })
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      expect(uncaught).toEqual([])
    },
  )
})

describe.each(hops)('on a %s hop, an async transport', (hop) => {
  it.each(['anna@icloud.com', 'bob@example.com'])('that rejects: so does sendMail (%s)', async (to) => {
    const inner: InnerTransport = {
      name: 'Own',
      version: '1.0.0',
      send: async () => {
        throw new TypeError('Broken')
      },
    }
    const transporter = nodemailer.createTransport(icloudTransport(inner, { hop, resolveMx: false }))
    expect(await rejection(transporter.sendMail(mail(to)))).toMatchObject({ message: 'Broken' })
  })

  it.each(['anna@icloud.com', 'bob@example.com'])('that has called back may reject (%s)', async (to) => {
    const inner: InnerTransport = {
      name: 'Own',
      version: '1.0.0',
      send: async (_, answer) => {
        await Promise.resolve()
        answer(null, { response: '250 ok' })
        throw new TypeError('Broken')
      },
    }
    const transporter = nodemailer.createTransport(icloudTransport(inner, { hop, resolveMx: false }))
    expect(await transporter.sendMail(mail(to))).toMatchObject({ accepted: [to], response: '250 ok' })
  })
})

describe('a transport that never answers', () => {
  it('is left to itself on a relay hop too, when the signal says so, or after an hour', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { transporter, bodyRead } = stage(() => {})
    const controller = new AbortController()
    const { signal } = controller
    const aborted = rejection(transporter.sendMail(mail('anna@icloud.com', { signal })))
    await vi.waitFor(() => expect(bodyRead).toHaveBeenCalledTimes(1), patiently)
    controller.abort(new Error('Enough'))
    expect(await aborted).toMatchObject({ name: 'AbortError', code: 'EABORT' })
    const silent = rejection(transporter.sendMail(mail('anna@icloud.com')))
    await vi.waitFor(() => expect(bodyRead).toHaveBeenCalledTimes(2), patiently)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(await silent).toMatchObject({ code: 'ETIMEDOUT', ambiguous: true, permanent: false })
  })

  it('is left to itself when the signal says so; the message may have gone, and keeps its place until it has', async () => {
    let answer: Answer = () => {}
    const { transporter, bodyRead } = stage((_, given) => void (answer = given), { hop: 'direct' })
    const controller = new AbortController()
    const sending = rejection(transporter.sendMail(mail('anna@icloud.com', { signal: controller.signal })))
    await expect.poll(async () => (await stageOf(transporter).engine.lanes())[0]?.inUse).toBe(1)
    await vi.waitFor(() => expect(bodyRead).toHaveBeenCalledOnce(), patiently)
    controller.abort(new Error('Enough'))
    expect(await sending).toMatchObject({ name: 'AbortError', code: 'EABORT', ambiguous: true })
    await new Promise(setImmediate)
    expect((await stageOf(transporter).engine.lanes())[0]?.inUse).toBe(1)
    answer(null, { response: '250 ok' })
    await expect.poll(async () => (await stageOf(transporter).engine.lanes())[0]?.inUse).toBe(0)
  })

  it('gives its place in the lane back after an hour, and nobody is held for it twice', async () => {
    const { transporter, engine } = stage(() => {}, { hop: 'direct', retry: { budgetMs: 0 } })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const sending = rejection(transporter.sendMail(mail('anna@icloud.com')))
    await vi.waitFor(async () => expect((await engine.lanes())[0]?.inUse).toBe(1), patiently)
    await vi.advanceTimersByTimeAsync(3_600_000)
    const error = await sending
    expect(error).toMatchObject({ code: 'ETIMEDOUT', ambiguous: true, permanent: false })
    await vi.waitFor(async () => expect((await engine.lanes())[0]?.inUse).toBe(0), patiently)
    expect((await engine.address('anna@icloud.com')).suppressions).toEqual([])
  })
})

function stageOf(transporter: { transporter: unknown }): { engine: ReturnType<typeof createEngine> } {
  return transporter.transporter as { engine: ReturnType<typeof createEngine> }
}
