import { unless, type Chapter } from './chapter.ts'

const recipient = 'full.mailbox@icloud.com'

export const full: Chapter = {
  name: 'full',
  title: 'A full mailbox',
  watch: 'Who, full.mailbox@icloud.com: over quota twice, waited out in Haraka’s queue, then delivered.',
  async play(play) {
    play.stage.apple.script(recipient, [{ rule: 'mailbox-full', times: 2 }, { accept: true }])
    await play.send({ recipient, subject: 'Your photo book is ready', stream: 'transactional' })
    await play.untilDelivered([recipient])
    const { softBounces } = await play.engine.address(recipient)
    return [
      ...unless(
        play.outcomes(recipient).join() === 'retry,retry,delivered',
        `${recipient}: ${play.outcomes(recipient).join(', ')} instead of retry, retry, delivered`,
      ),
      ...unless(softBounces.length === 0, 'the delivery has not cleared the count'),
      ...(await play.wronglySuppressed([recipient])),
    ]
  },
}
