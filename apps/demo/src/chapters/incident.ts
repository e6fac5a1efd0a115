import { readers, unless, type Chapter } from './chapter.ts'

const recipients = readers('regular', 10)
/** Who gets the mail that shows the incident, and who gets it when the incident is known: what is refused then is tried again. */
const [first, later] = [recipients.slice(0, 8), recipients.slice(8)]

export const incident: Chapter = {
  name: 'incident',
  title: 'Apple says that good readers do not exist',
  watch:
    'Now: an incident at Apple begins and ends; what it refused is tried again, and nobody is suppressed.',
  async play(play) {
    const mail = async (subject: string, to: readonly string[] = recipients): Promise<void> => {
      for (const recipient of to) await play.send({ recipient, subject, stream: 'transactional' })
    }
    await mail('Your order has arrived')
    await play.untilDelivered(recipients)
    for (const recipient of recipients) play.stage.apple.script(recipient, [{ rule: 'invalid-recipient' }])
    await mail('Your invoice', first)
    await play.untilTrue('the incident is noticed', async () => (await play.engine.incidents()).length > 0)
    await mail('Your invoice', later)
    await play.untilTried(later, 2)
    await play.toLook()
    // Apple is well again.
    for (const recipient of recipients) play.stage.apple.script(recipient, [{ accept: true }])
    await play.untilDone(recipients, 2)
    await mail('Your invoice, once more')
    await play.untilDelivered(recipients, 2)
    await play.untilTrue('the incident is over', async () =>
      (await play.engine.incidents()).every(({ endedAt }) => endedAt !== null),
    )
    const [seen] = await play.engine.incidents()
    return [
      ...unless(seen?.type === 'recipients', 'no incident was seen that refuses good recipients'),
      ...(await play.wronglySuppressed(recipients)),
    ]
  },
}
