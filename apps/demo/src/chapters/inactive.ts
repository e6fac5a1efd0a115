import { unless, type Chapter } from './chapter.ts'

const recipient = 'inactive.reader@icloud.com'

export const inactive: Chapter = {
  name: 'inactive',
  title: 'An inactive mailbox',
  watch:
    'Who, inactive.reader@icloud.com: two failed sends on two days are counted, and suppress nobody yet.',
  async play(play) {
    play.stage.apple.script(recipient, [{ rule: 'inactive-account' }])
    for (const day of [1, 2]) {
      if (day > 1) await play.pass(24)
      await play.send({ recipient, subject: `Your parcel, day ${day}`, stream: 'transactional' })
      await play.untilDone([recipient], day)
    }
    const { softBounces } = await play.engine.address(recipient)
    const [counted] = softBounces
    return [
      ...unless(counted?.count === 2, `${counted?.count ?? 0} failed sends are counted, and not 2`),
      ...(await play.wronglySuppressed([recipient])),
    ]
  },
}
