import { closedHours, closing } from '../demo-policy.ts'
import { probesDue } from '../probes-due.ts'
import { unless, type Chapter } from './chapter.ts'

const broken = 'news@news.example'
const stream = 'newsletter'
const first = 'reader.first@icloud.com'
const waiting = 'reader.waiting@icloud.com'
const others = ['reader.other1@icloud.com', 'reader.other2@icloud.com']

export const auth: Chapter = {
  name: 'auth',
  title: 'A DMARC mistake in one domain, while the other goes on',
  watch: 'Now: the sending domain news.example is held in its stream; mail from example.com passes it by.',
  async play(play) {
    play.stage.apple.script(first, [{ rule: 'dmarc-failure' }, { accept: true }])
    await play.send({ recipient: first, subject: 'News, with a broken key', stream, from: broken })
    await play.untilDone([first])
    await play.send({ recipient: waiting, subject: 'News, with a broken key', stream, from: broken })
    for (const recipient of others) await play.send({ recipient, subject: 'From the other domain', stream })
    await play.untilDelivered(others)
    const wentAhead = play.outcomes(waiting).length === 0
    await play.untilWaits(waiting)
    // The key is mended: the mail that waits is the probe.
    await play.pass(closedHours)
    await probesDue(play.engine, closing)
    await play.untilDelivered([waiting])
    await play.untilTrue('the sending domain opens again', async () => {
      const holds = await play.engine.holds()
      return holds.every(({ scope }) => scope !== 'sending-domain')
    })
    return [
      ...unless(
        play.outcomes(first).join() === 'fail',
        `${first}: ${play.outcomes(first).join()} instead of fail`,
      ),
      ...unless(wentAhead, 'mail from the broken domain did not wait'),
      ...(await play.wronglySuppressed([first, waiting, ...others])),
    ]
  },
}
