import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forwarder, login, resultsReader } from './plugins.test.fixture.ts'
import { setStage, type Stage } from './stage.test.fixture.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage({
    haraka: {
      ownPlugins: { forwarder, login, resultsReader },
      config: {
        // Otherwise they would be over before the second message is there.
        'icloud_policy.json': JSON.stringify({
          ownDomains: ['shop.example'],
          rules: {
            'policy-cs02': { campaign: { forSeconds: 3600, probeEverySeconds: 3600 } },
            'dmarc-failure': {
              hold: {
                scope: 'sending-domain',
                perStream: true,
                count: 1,
                windowSeconds: 60,
                forSeconds: 600,
                probeEverySeconds: 600,
              },
            },
          },
        }),
      },
    },
    icloud: ['[policy]', 'time_scale=0.01'],
  })
})

afterAll(() => stage?.close())

/** A message as Apple got it. */
async function arrived(recipient: string): Promise<string> {
  await stage.delivered(recipient)
  return stage.apple.messages.find(({ recipients }) => recipients.includes(recipient))?.raw.toString() ?? ''
}

/** The stream of the decision that a first refusal led to. */
async function streamOf(recipient: string): Promise<string | undefined> {
  const line = await stage.haraka.logged(new RegExp(`recipient=<${recipient}> .* stream=`))
  return / stream=(\S+)/.exec(line)?.[1]
}

const bulk = { 'List-Unsubscribe': '<https://example.com/u>', Precedence: 'bulk' }

describe('the stream', () => {
  it.each([
    ['named', { 'X-Stream': 'marketing' }, 'a@example.com', 'marketing'],
    ['unknown', { 'X-Stream': 'urgent' }, 'a@example.com', 'transactional'],
    ['signs', bulk, 'a@example.com', 'marketing'],
    ['named-before-signs', { ...bulk, 'X-Stream': 'transactional' }, 'a@example.com', 'transactional'],
    ['no-sign', {}, 'a@example.com', 'transactional'],
    ['untrusted', { 'X-Stream': 'marketing' }, 'stranger@example.org', 'transactional'],
    ['untrusted-signs', bulk, 'stranger@example.org', 'marketing'],
  ])('%s: %j from %s is %s', async (name, headers, from, stream) => {
    const recipient = `${name}@icloud.com`
    stage.apple.script(recipient, [{ rule: 'mailbox-full' }, { accept: true }])
    await stage.haraka.send({ from, to: [recipient], headers })
    expect(await streamOf(recipient)).toBe(stream)
    await stage.haraka.logged(`RESULTS {"pass":[],"fail":[],"msg":[],"err":[],"skip":[],"stream":"${stream}"`)
  })
})

it('a stream that is not configured is a line in the log', async () => {
  const found = await stage.haraka.logged('X-Stream: expected one of')
  expect(found).toContain('expected one of transactional, marketing ([main] streams), found "urgent"')
})

it('the results of a queued message are there for the hooks of other plugins', async () => {
  const found = await stage.haraka.logged(
    'RESULTS {"pass":[],"fail":[],"msg":["named@icloud.com: retry (mailbox-full)"]',
  )
  expect(found).toMatch(
    /"_decisions":\[\{.*"recipient":"named@icloud\.com","stream":"marketing","rule":"mailbox-full","fault":"recipient","action":"retry"/,
  )
})

it('takes instructions out, and only those, and only those of clients that may relay', async () => {
  const headers = {
    'X-Stream': 'marketing',
    'X-Deliver-By': new Date(Date.now() + 3_600_000).toISOString(),
    'X-Campaign': 'spring',
  }
  await stage.haraka.send({ from: 'a@example.com', to: ['kept@icloud.com'], headers })
  const ours = await arrived('kept@icloud.com')
  expect(ours).toContain('X-Campaign: spring')
  expect(ours).not.toMatch(/^X-(?:Stream|Deliver-By):/im)
  await stage.haraka.send({ from: 'stranger@example.org', to: ['kept-all@icloud.com'], headers })
  expect((await arrived('kept-all@icloud.com')).match(/^X-(?:Stream|Deliver-By|Campaign):/gim)).toHaveLength(
    3,
  )
})

it('X-Deliver-By: given up from then on, with 5.4.7; what is no date is a line in the log', async () => {
  stage.apple.script('late@icloud.com', [{ rule: 'service-unavailable' }])
  const deliverBy = new Date(Date.now() + 1000).toUTCString()
  await stage.haraka.send({
    from: 'b@example.com',
    to: ['late@icloud.com'],
    headers: { 'X-Deliver-By': deliverBy },
  })
  const [dsn] = await stage.dsns('b@example.com')
  expect(dsn).toContain('Status: 5.4.7')
  for (const [to, said] of [
    ['any@icloud.com', 'soon'],
    ['seconds@icloud.com', '60'],
  ] as const) {
    await stage.haraka.send({ from: 'b@example.com', to: [to], headers: { 'X-Deliver-By': said } })
    await stage.delivered(to)
    await stage.haraka.logged(new RegExp(`X-Deliver-By: expected a date .*, found "${said}"`))
  }
})

it('a hold on a From domain stops the mail of its submitter and of nobody else', async () => {
  stage.apple.script('forged@icloud.com', [{ rule: 'dmarc-failure' }])
  const raw = (to: string): string =>
    `From: "Shop, the" <news@shop.example>\r\nTo: ${to}\r\nSubject: Hi\r\n\r\nHi\r\n`
  const from = 'bounces@example.com'
  await stage.haraka.send({ from, to: ['forged@icloud.com'], raw: raw('forged@icloud.com'), user: 'shop' })
  await stage.dsns(from)
  expect((await stage.holds()).map(({ id }) => id)).toContain('shop.example/transactional/shop')
  await stage.haraka.send({ from, to: ['same@icloud.com'], raw: raw('same@icloud.com'), user: 'shop' })
  await stage.haraka.logged(/<same@icloud\.com> rule=dmarc-failure fault=sender-auth action=held/)
  await stage.haraka.send({ from, to: ['nobody@icloud.com'], raw: raw('nobody@icloud.com') })
  await stage.delivered('nobody@icloud.com')
  await stage.haraka.send({ from, to: ['other-from@icloud.com'], user: 'shop' })
  await stage.delivered('other-from@icloud.com')
  expect(stage.tries('same@icloud.com')).toBe(0)
})

it('a From header that cannot be read is no reason to lose mail', async () => {
  const raw = `From: <<>,;:\r\nTo: odd@icloud.com\r\nSubject: Hi\r\n\r\nHi\r\n`
  await stage.haraka.send({ from: 'c@example.com', to: ['odd@icloud.com'], raw })
  await stage.delivered('odd@icloud.com')
  expect(stage.tries('odd@icloud.com')).toBe(1)
})

it('a refusal of the content holds the rest of its campaign and nothing else', async () => {
  stage.apple.script('spam@icloud.com', [{ rule: 'policy-cs02', phase: 'eod' }])
  const headers = { 'X-Campaign': 'spring sale' }
  await stage.haraka.send({ from: 'd@example.com', to: ['spam@icloud.com'], headers })
  await stage.dsns('d@example.com')
  await stage.haraka.send({ from: 'd@example.com', to: ['rest@icloud.com'], headers })
  await stage.haraka.logged(/<rest@icloud\.com> rule=policy-cs02 fault=content action=held/)
  await stage.haraka.send({
    from: 'd@example.com',
    to: ['else@icloud.com'],
    headers: { 'X-Campaign': 'autumn' },
  })
  await stage.delivered('else@icloud.com')
  expect(stage.tries('rest@icloud.com')).toBe(0)
})
