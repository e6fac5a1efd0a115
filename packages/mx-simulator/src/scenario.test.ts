import { classify, rules } from '@icloud-delivery/rules'
import { describe, expect, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import { ruleReplies } from './rule-reply.ts'
import { scenarioFor, specialScenarios, stepFor } from './scenario.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'
import type { Simulator } from './simulator.ts'

/** The answers that a message to this recipient gets, from RCPT on. */
async function answersTo(recipient: string): Promise<Simulator['attempts']> {
  const simulator = await simulate()
  const client = await RawClient.ready(firstHost(simulator))
  await client.say('MAIL FROM:<news@shop.example>')
  if ((await client.say(`RCPT TO:<${recipient}>`)).startsWith('250')) {
    await client.say('DATA')
    await client.say('From: Shop <news@brand.example>\r\n\r\nx\r\n.')
  }
  return simulator.attempts.filter(({ phase }) => ['rcpt', 'data', 'eod'].includes(phase))
}

test('there is a scenario for every rule', () => {
  expect(rules.filter(({ id }) => scenarioFor(id) === null)).toEqual([])
  expect(scenarioFor('no-such-rule')).toBeNull()
  expect(scenarioFor('mailbox-full')).toMatchObject({ name: 'mailbox-full', phase: 'rcpt', code: 552 })
})

describe.each(rules.map(({ id }) => id))('%s', (id) => {
  test('is answered in its phase, and understood as this rule', async () => {
    const answers = await answersTo(`${id}@icloud.com`)
    const last = answers.at(-1)
    expect(last).toMatchObject({ phase: scenarioFor(id)?.phase, code: scenarioFor(id)?.code, rule: id })
    const context = { recipient: `${id}@icloud.com`, sender: 'news@shop.example', mx: 'mx01.mail.icloud.com' }
    expect(classify(last?.reply ?? '', context).rule).toBe(id)
  })

  test('has only wordings that a server says', () => {
    const wordings = ruleReplies(id).filter((reply) => reply !== null)
    expect(wordings.length).toBeGreaterThan(0)
    for (const { text } of wordings) {
      expect(text).toMatch(/^[45]\d\d[ -]/)
      expect(text).not.toMatch(/MAIL FROM error|said:|in reply to/)
    }
  })
})

test('names the real parties', async () => {
  const [full] = await answersTo('mailbox-full@me.com')
  expect(full?.reply).toBe('552 5.2.2 <mailbox-full@me.com>: user is over quota')
  const dmarc = (await answersTo('dmarc-failure@icloud.com')).at(-1)
  expect(dmarc?.reply).toContain("brand.example's DMARC policy")
  const [sender] = await answersTo('sender-domain-not-found@icloud.com')
  expect(sender?.reply).toBe('450 4.1.8 <news@shop.example>: Sender address rejected: Domain not found')
})

test.each([
  ['spamhaus-block-xbl', 'spamhaus-block', /Spamhaus XBL/],
  ['spamhaus-block-pbl', 'spamhaus-block', /Spamhaus PBL/],
  ['SPAMHAUS-block+tag', 'spamhaus-block', /Spamhaus SBL/],
  ['policy-cs01-554', 'policy-cs01', /^554 5\.7\.1 \[CS01\]/],
  ['mailbox-full-2', 'mailbox-full', /user is overquota/],
])('%s selects a wording', async (localPart, rule, text) => {
  const answer = (await answersTo(`${localPart}@icloud.com`)).at(-1)
  expect(answer?.rule).toBe(rule)
  expect(answer?.reply).toMatch(text)
})

test.each([
  'anna',
  'mailbox',
  'mailbox-full-99',
  'mailbox-full-nonsense',
  'xmailbox-full',
  'constructor',
  '',
])('has nothing in store for %j', (localPart) => {
  expect(stepFor(localPart)).toBeNull()
})

test('421-close hangs up after the reply, and mailbox-full-close too', async () => {
  const simulator = await simulate()
  for (const [localPart, code] of [
    ['421-close', '421'],
    ['mailbox-full-close', '552'],
  ]) {
    const client = await RawClient.ready(firstHost(simulator))
    await client.say('MAIL FROM:<a@example.com>')
    expect((await client.say(`RCPT TO:<${localPart}@icloud.com>`)).slice(0, 3)).toBe(code)
    expect(await client.ended()).toBe(true)
  }
})

test('drop hangs up at RCPT, drop-data after the final dot', async () => {
  const simulator = await simulate()
  const atRcpt = await RawClient.ready(firstHost(simulator))
  await atRcpt.say('MAIL FROM:<a@example.com>')
  atRcpt.send('RCPT TO:<drop@icloud.com>')
  expect(await atRcpt.ended()).toBe(true)
  const atDot = await RawClient.ready(firstHost(simulator))
  await atDot.say('MAIL FROM:<a@example.com>', 'RCPT TO:<drop-data@icloud.com>', 'DATA')
  atDot.send('x', '.')
  expect(await atDot.ended()).toBe(true)
  expect(simulator.messages).toEqual([])
})

test('slow waits after the final dot', () => {
  expect(specialScenarios['slow']?.step).toEqual({ accept: true, phase: 'eod', delayMs: 5000 })
  expect(stepFor('slow-30')).toEqual({ accept: true, phase: 'eod', delayMs: 30_000 })
})
