import { expect, it } from 'vitest'
import { Latch } from './latch.test.fixture.ts'
import { setStage } from './stage.test.fixture.ts'

const NEWS = 150
const CODES = 15

it(
  'very many parked messages wake by stream priority, then age, while other mail goes on',
  { timeout: 240_000 },
  async () => {
    const blocked = {
      hold: { scope: 'sending-ip', count: 1, windowSeconds: 60, forSeconds: 3600, probeEverySeconds: 3600 },
    }
    // One connection, so that the order is seen.
    const lane = { ceiling: 1, start: 1, floor: 1, reserve: 0, lowestShare: 0 }
    const stage = await setStage({
      apple: { connection: [{ rule: 'proofpoint-block' }, { accept: true }] },
      haraka: {
        config: {
          'icloud_policy.json': JSON.stringify({
            maxAgeSeconds: { '*': 3600, marketing: 3600 },
            lanes: { '*': lane },
            rules: { 'proofpoint-block': blocked },
          }),
        },
      },
      // Waiting mail looks for released holds every four seconds; by itself it wakes after as many minutes, when the test is over.
      icloud: ['[policy]', 'time_scale=0.07'],
    })
    const names = (name: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${name}${index}@icloud.com`)
    const send = (to: string, stream: string): Promise<string> =>
      stage.haraka.send({ from: 'a@example.com', to: [to], headers: { 'X-Stream': stream } })
    try {
      await send('probe@icloud.com', 'marketing')
      await stage.haraka.logged(/<probe@icloud\.com> rule=proofpoint-block .*action=hold /)
      const news = names('news', NEWS)
      const codes = names('code', CODES)
      const sendNews = async (from: number, to: number): Promise<void> => {
        for (let at = from; at < to; at += 20)
          await Promise.all(news.slice(at, Math.min(at + 20, to)).map((one) => send(one, 'marketing')))
      }
      await sendNews(0, NEWS - 20)
      for (const to of codes) await send(to, 'transactional')
      // All codes have their place in Haraka's queue by then: who is on its way there is woken a moment later.
      await sendNews(NEWS - 20, NEWS)
      for (const to of [...news, ...codes])
        await stage.haraka.logged(`recipient=<${to}> rule=proofpoint-block fault=sender-ip action=held `)
      expect(stage.apple.messages).toEqual([])

      const otherMail = new Latch()
      stage.apple.script(`news${NEWS / 2}@icloud.com`, [{ accept: true, until: otherMail.opened }])
      await stage.release({ scope: 'sending-ip', id: 'default' })
      await stage.apple.waitFor(({ messages }) => messages.length > 0)
      await stage.haraka.send({ from: 'a@example.com', to: ['b@example.org'] })
      await stage.mailboxes.waitFor(({ messages }) => messages.length === 1)
      expect(stage.apple.messages.length).toBeLessThan(NEWS)
      otherMail.open()

      await stage.apple.waitFor(({ messages }) => messages.length === NEWS + CODES + 1, {
        timeoutMs: 120_000,
      })
      const order = stage.apple.messages.flatMap(({ recipients }) => recipients)
      expect(order.slice(0, CODES)).toEqual(codes)
      // Those that came at the same time may change places.
      const places = order.filter((to) => to.startsWith('news')).map((to) => Number(/\d+/.exec(to)?.[0]))
      for (const [place, number] of places.entries()) expect(Math.abs(place - number)).toBeLessThan(40)
      await stage.emptyQueue()
    } finally {
      await stage.close()
    }
  },
)
