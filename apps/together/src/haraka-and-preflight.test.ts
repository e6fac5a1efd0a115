import { startSimulator, type Simulator } from '@icloud-delivery/mx-simulator'
import { checkMessage } from '@icloud-delivery/preflight'
import type { Preflight } from 'haraka-plugin-icloud'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHaraka, type Haraka } from './haraka.test.fixture.ts'

/** As the README of the plugin shows it; nobody asks DNS here. */
const module = `
import { checkMessage } from '@icloud-delivery/preflight'
import type { Preflight } from 'haraka-plugin-icloud'

export const preflight: Preflight = async (mime, { from, ip }) => {
  const { findings } = await checkMessage(mime, { returnPath: from, authentication: false, ...(ip ? { ip } : {}) })
  return findings
}
`

/** The types of both agree, though neither package knows the other. */
const typed: Preflight = async (mime, { from }) =>
  (await checkMessage(mime, { returnPath: from, authentication: false })).findings

describe('Haraka with @icloud-delivery/preflight as its module', () => {
  let apple: Simulator
  let haraka: Haraka

  beforeAll(async () => {
    apple = await startSimulator()
    haraka = await startHaraka(
      [
        '[preflight]',
        'module=config/check.mts',
        'mode=refuse',
        // The machine may be busy.
        'timeout_ms=60000',
        '[testing]',
        `mx=127.0.0.1:${apple.port}`,
      ],
      {},
      { 'config/check.mts': module },
      ['@icloud-delivery/preflight'],
    )
  })

  afterAll(async () => {
    await haraka?.stop()
    await apple?.close()
  })

  const send = (text: string, to: string): Promise<unknown> =>
    createTransport({ host: '127.0.0.1', port: haraka.port, ignoreTLS: true }).sendMail({
      from: 'shop@example.com',
      to,
      subject: 'Your order',
      text,
    })

  it('refuses what Apple would refuse, and says why', async () => {
    await expect(send('Look here: http://192.0.2.1/login', 'anna@icloud.com')).rejects.toMatchObject({
      response: expect.stringMatching(
        /^550 5\.7\.1 refused locally before it was sent: link-ip-literal: A link leads to a bare IP address/,
      ),
    })
    // The reply may be read before the line that was written before it.
    await expect
      .poll(() => haraka.log.find((line) => line.includes('action=preflight-refused')))
      .toContain('findings="error link-ip-literal')
  })

  it('gives findings as the plugin takes them', async () => {
    const envelope = {
      from: 'shop@example.com',
      to: [],
      stream: 'news',
      campaign: null,
      submitter: null,
      ip: null,
    }
    const mime = Buffer.from('Subject: Hi\r\n\r\nhttp://192.0.2.1/\r\n')
    expect((await typed(mime, envelope)).map(({ code }) => code)).toContain('link-ip-literal')
  })

  it('lets an ordinary message pass', async () => {
    await send('Your order is on its way. Yours, the shop.', 'bert@icloud.com')
    await apple.waitFor(({ messages }) => messages.length === 1, { timeoutMs: 50_000 })
    expect(haraka.log.filter((line) => /action=preflight-(?:passed|warned)/.test(line))).toEqual([])
  })
})
