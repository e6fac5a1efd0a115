import { readers, unless, type Chapter } from './chapter.ts'

const recipients = readers('subscriber', 12)
const lane = 'ip-campaign'

export const throttle: Chapter = {
  name: 'throttle',
  title: 'A campaign that trips 421',
  watch: 'Now, Lanes: Apple defers the IP, the lane slows down by itself, and every mail arrives later.',
  async play(play) {
    const deferred = recipients.slice(0, 4)
    for (const recipient of deferred)
      play.stage.apple.script(recipient, [{ rule: 'ip-deferred', times: 2 }, { accept: true }])
    for (const recipient of recipients)
      await play.send({ recipient, subject: 'Autumn sale', stream: 'campaign' })
    await play.untilDelivered(recipients)
    const lanes = await play.engine.lanes()
    const slowed = lanes.find((one) => one.lane === lane)?.slowed
    return [
      ...unless(slowed?.rule === 'ip-deferred', `the lane ${lane} has not slowed down`),
      ...unless(
        deferred.some((recipient) => play.outcomes(recipient).includes('retry')),
        'nothing was deferred',
      ),
      ...(await play.wronglySuppressed(recipients)),
    ]
  },
}
