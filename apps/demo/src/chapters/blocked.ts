import { readers, unless, type Chapter } from './chapter.ts'

const recipients = readers('bargain', 4)
const hold = { scope: 'sending-ip', id: 'ip-flash-sale' }

export const blocked: Chapter = {
  name: 'blocked',
  title: 'An IP on Proofpoint, and its release',
  watch:
    'Now: the lane ip-flash-sale is held; when Proofpoint has let it go, its button “Release” lets the mail go.',
  async play(play) {
    for (const recipient of recipients) play.stage.apple.script(recipient, [{ rule: 'proofpoint-block' }])
    for (const recipient of recipients)
      await play.send({ recipient, subject: 'Flash sale', stream: 'flash-sale' })
    // Whoever watches has to have read it: the ledger knows it a moment before.
    await play.untilClosed(hold.scope, hold.id)
    await play.toLook()
    // Proofpoint lets the IP go, and somebody presses the button.
    const { origin, token } = play.dashboard
    const pressing = fetch(`${origin}/api/actions/release-hold`, {
      method: 'POST',
      signal: play.signal,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-icloud-dashboard': '1',
      },
      body: JSON.stringify({ ...hold, note: 'Proofpoint has let the IP go' }),
    })
    // No probe is faster: its answer waits for that.
    for (const recipient of recipients)
      play.stage.apple.script(recipient, [{ accept: true, until: pressing }])
    const response = await pressing
    await play.untilDelivered(recipients)
    await play.untilTrue('the lane is open', async () => {
      const holds = await play.engine.holds()
      return holds.every(({ id }) => id !== hold.id)
    })
    const [entry] = await play.engine.ledger.events({ type: 'dashboard', limit: 1 })
    return [
      ...unless(response.ok, `the dashboard answered with ${response.status}`),
      ...unless(entry?.data.action === 'release-hold', 'the release is not in the event log'),
      ...(await play.wronglySuppressed(recipients)),
    ]
  },
}
