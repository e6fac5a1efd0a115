import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RawClient } from './raw-client.test.helper.ts'
import type { ScriptQuestion } from './script.ts'
import { firstHost, simulate } from './simulators.test.helper.ts'
import type { Simulator } from './simulator.ts'

/** The codes of RCPT for one recipient after another, on one connection. */
async function rcptCodes(simulator: Simulator, ...recipients: string[]): Promise<string[]> {
  const client = await RawClient.ready(firstHost(simulator))
  await client.say('MAIL FROM:<a@example.com>')
  const codes: string[] = []
  for (const recipient of recipients) codes.push((await client.say(`RCPT TO:<${recipient}>`)).slice(0, 3))
  return codes
}

describe('steps of a recipient', () => {
  test('come one after the other, the last one for ever', async () => {
    const simulator = await simulate({
      script: { anna: [{ rule: 'mailbox-full', times: 2 }, { reply: '450 4.2.1 later' }, { accept: true }] },
    })
    const anna = 'anna@icloud.com'
    expect(await rcptCodes(simulator, anna, 'Anna@ME.com', anna, 'anna+tag@icloud.com', anna)).toEqual([
      '552',
      '552',
      '450',
      '250',
      '250',
    ])
  })

  test('for the whole address are preferred to those for the local part', async () => {
    const simulator = await simulate({
      script: { anna: [{ reply: '451 a' }], 'Anna@icloud.com': [{ reply: '452 b' }] },
    })
    expect(await rcptCodes(simulator, 'anna@icloud.com', 'anna+x@icloud.com', 'anna@me.com')).toEqual([
      '452',
      '452',
      '451',
    ])
  })

  test('are preferred to what the local part asks for', async () => {
    const simulator = await simulate({ script: { 'mailbox-full': [{ accept: true }] } })
    expect(await rcptCodes(simulator, 'mailbox-full@icloud.com')).toEqual(['250'])
  })

  test('can be changed while it runs, taken back, and reset', async () => {
    const simulator = await simulate({ script: { anna: [{ reply: '450 first' }, { accept: true }] } })
    const anna = 'anna@icloud.com'
    expect(await rcptCodes(simulator, anna, anna)).toEqual(['450', '250'])
    simulator.script(anna, [{ reply: '550 no' }])
    expect(await rcptCodes(simulator, anna)).toEqual(['550'])
    simulator.script(anna, [])
    expect(await rcptCodes(simulator, anna)).toEqual(['250'])
    simulator.reset()
    expect(simulator.attempts).toEqual([])
    expect(await rcptCodes(simulator, anna, anna)).toEqual(['450', '250'])
  })

  test('may answer DATA or the final dot, for all recipients of the message', async () => {
    const simulator = await simulate({
      script: {
        data: [{ reply: '451 4.3.0 not now', phase: 'data' }],
        eod: [{ rule: 'policy-hm08' }],
        late: [{ accept: true, phase: 'eod', delayMs: 1 }],
        words: [{ reply: '250 2.0.0 Taken\nwith thanks', phase: 'eod' }],
      },
    })
    const client = await RawClient.ready(firstHost(simulator))
    expect(await client.say('MAIL FROM:<a@example.com>', 'RCPT TO:<data@icloud.com>', 'DATA')).toBe(
      '451 4.3.0 not now',
    )
    await client.say(
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<late@icloud.com>',
      'RCPT TO:<eod@icloud.com>',
      'DATA',
    )
    expect(await client.say('x\r\n.')).toMatch(/^554 5\.7\.1 \[HM08\]/)
    expect(simulator.attempts.at(-1)).toMatchObject({ phase: 'eod', recipient: null, rule: 'policy-hm08' })
    expect(simulator.messages).toEqual([])
    expect(await client.message('words@icloud.com')).toBe('250-2.0.0 Taken\n250 with thanks')
    expect(simulator.messages.length).toBe(1)
  })

  test('may take the message and hang up before saying so', async () => {
    const simulator = await simulate({ script: { anna: [{ accept: true, drop: true, phase: 'eod' }] } })
    const client = await RawClient.ready(firstHost(simulator))
    await client.say('MAIL FROM:<a@example.com>', 'RCPT TO:<anna@icloud.com>', 'DATA')
    client.send('x', '.')
    expect(await client.ended()).toBe(true)
    expect(simulator.messages.length).toBe(1)
  })

  test('may be late', async () => {
    const simulator = await simulate({ script: { anna: [{ reply: '450 late', delayMs: 80 }] } })
    const start = performance.now()
    expect(await rcptCodes(simulator, 'anna@icloud.com')).toEqual(['450'])
    // Timers may fire a millisecond early.
    expect(performance.now() - start).toBeGreaterThan(78)
  })

  test('may wait for a promise, whatever becomes of it, and no longer than the client does', async () => {
    const simulator = await simulate()
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => (open = resolve))
    simulator.script('anna', [{ reply: '450 late', until: opened }])
    simulator.script('broken', [{ reply: '450 broken', until: Promise.reject(new Error('broken')) }])
    simulator.script('never', [{ accept: true, until: new Promise(() => {}) }])
    const anna = rcptCodes(simulator, 'anna@icloud.com')
    expect(await rcptCodes(simulator, 'broken@icloud.com')).toEqual(['450'])
    expect(simulator.attempts.filter(({ recipient }) => recipient === 'anna@icloud.com')).toEqual([])
    open()
    expect(await anna).toEqual(['450'])
    const { open: others } = simulator.sessions
    const client = await RawClient.ready(firstHost(simulator))
    await client.say('MAIL FROM:<a@example.com>')
    client.send('RCPT TO:<never@icloud.com>')
    client.reset()
    await expect.poll(() => simulator.sessions.open).toBe(others)
  })
})

describe('steps of connections', () => {
  test('refuse a greeting, after which only QUIT is left, then let one through', async () => {
    const simulator = await simulate({ connection: [{ rule: 'proofpoint-block' }, { accept: true }] })
    const refused = await RawClient.connect(firstHost(simulator))
    expect(await refused.reply()).toMatch(/^550 5\.7\.0 Blocked - see https:\/\/support\.proofpoint\.com/)
    expect(await refused.say('EHLO sender.example')).toBe('503 5.5.1 Error: bad sequence of commands')
    expect(await refused.say('QUIT')).toBe('221 2.0.0 Bye')
    expect(simulator.attempts).toMatchObject([{ phase: 'connect', code: 550, rule: 'proofpoint-block' }])
    expect(await (await RawClient.connect(firstHost(simulator))).reply()).toMatch(/^220 /)
  })

  test('hang up after a 421 greeting', async () => {
    const simulator = await simulate({ connection: [{ reply: '421 4.3.2 busy' }] })
    const client = await RawClient.connect(firstHost(simulator))
    expect(await client.reply()).toBe('421 4.3.2 busy')
    expect(await client.ended()).toBe(true)
  })

  test('hang up without a word', async () => {
    const simulator = await simulate({ connection: [{ drop: true }] })
    expect(await (await RawClient.connect(firstHost(simulator))).ended()).toBe(true)
    expect(simulator.attempts).toEqual([])
  })

  test('hang up when all is said, however slow the client is', async () => {
    // More than what the system keeps of it.
    const reply = `450 ${'x'.repeat(32 * 1024 * 1024)}`
    const simulator = await simulate({ connection: [{ reply, close: true }] })
    const { address, port } = firstHost(simulator)
    const socket = connect(port, address).pause()
    onTestFinished(() => void socket.destroy())
    await expect.poll(() => simulator.sessions).toMatchObject({ count: 1, open: 0 })
    // Longer than it waits for the client to hang up then.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect((await text(socket)).length).toBe(`${reply}\r\n`.length)
  })

  test('refuse HELO', async () => {
    const simulator = await simulate({ connection: [{ rule: 'helo-not-found' }] })
    const client = await RawClient.connect(firstHost(simulator))
    await client.reply()
    expect(await client.say('EHLO mta.shop.example')).toBe(
      '450 4.7.1 <mta.shop.example>: Helo command rejected: Host not found',
    )
    expect(await client.say('MAIL FROM:<a@example.com>')).toBe('503 5.5.1 Error: send HELO/EHLO first')
  })

  test('refuse MAIL, so that pipelined commands get a 503', async () => {
    const simulator = await simulate({ connection: [{ rule: 'service-unavailable' }] })
    const client = await RawClient.ready(firstHost(simulator))
    client.send('MAIL FROM:<a@example.com>', 'RCPT TO:<anna@icloud.com>', 'DATA')
    expect([await client.reply(), await client.reply(), await client.reply()]).toEqual([
      '451 4.7.1 Service unavailable - try again later',
      '503 5.5.1 Error: need MAIL command',
      '503 5.5.1 Error: need RCPT command',
    ])
    expect(simulator.attempts.slice(-2)).toMatchObject([
      { phase: 'rcpt', recipient: 'anna@icloud.com', code: 503, rule: null },
      { phase: 'data', code: 503 },
    ])
  })

  test('answer every recipient or every message of the connection', async () => {
    const simulator = await simulate({ connection: [{ rule: 'spamhaus-block' }, { rule: 'policy-cs02' }] })
    expect(await rcptCodes(simulator, 'anna@icloud.com', 'berta@icloud.com')).toEqual(['550', '550'])
    const client = await RawClient.ready(firstHost(simulator))
    expect(await client.message('anna@icloud.com')).toMatch(/\[CS02\]/)
    expect(await client.message('berta@icloud.com')).toMatch(/\[CS02\]/)
  })
})

test('a sender called service-unavailable is refused at MAIL, others are free to be called anything', async () => {
  const client = await RawClient.ready(firstHost(await simulate()))
  expect(await client.say('MAIL FROM:<service-unavailable@example.com>')).toMatch(/^451 4\.7\.1 /)
  expect(await client.say('MAIL FROM:<sender-domain-not-found+1@example.com>')).toMatch(
    /^450 4\.1\.8 <sender-domain-not-found\+1@example\.com>/,
  )
  expect(await client.say('MAIL FROM:<proofpoint-block@example.com>')).toBe('250 2.1.0 Ok')
})

describe('a function', () => {
  test('is asked about connections, senders and recipients', async () => {
    const questions: ScriptQuestion[] = []
    const simulator = await simulate({
      script: (question) => {
        questions.push(question)
        return question.recipient === 'anna@icloud.com' ? { reply: '450 4.2.1 later' } : undefined
      },
    })
    expect(await rcptCodes(simulator, 'anna@icloud.com', 'mailbox-full@icloud.com')).toEqual(['450', '552'])
    const common = { host: 'mx01.mail.icloud.com', client: '127.0.0.1', sessionId: 1, tls: false }
    const mail = { ...common, helo: 'sender.example', sender: 'a@example.com' }
    expect(questions).toEqual([
      { ...common, phase: 'connect', helo: null, sender: null, recipient: null },
      { ...mail, phase: 'mail', recipient: null },
      { ...mail, phase: 'rcpt', recipient: 'anna@icloud.com' },
      { ...mail, phase: 'rcpt', recipient: 'mailbox-full@icloud.com' },
    ])
  })

  test('can refuse a client in the greeting, and a sender at MAIL', async () => {
    const simulator = await simulate({
      hosts: [{}, {}],
      script: ({ phase, host, sender }) => {
        if (phase === 'connect' && host.startsWith('mx02')) return { rule: 'proofpoint-block' }
        if (phase === 'mail' && sender === 'bad@example.com') return { reply: '550 5.1.8 no' }
        return undefined
      },
    })
    const [mx01, mx02] = simulator.hosts
    if (mx01 === undefined || mx02 === undefined) throw new Error('two hosts were asked for')
    expect(await (await RawClient.connect(mx02)).reply()).toMatch(/^550 5\.7\.0 /)
    const client = await RawClient.ready(mx01)
    expect(await client.say('MAIL FROM:<bad@example.com>')).toBe('550 5.1.8 no')
    expect(await client.say('MAIL FROM:<good@example.com>')).toBe('250 2.1.0 Ok')
  })

  test('that throws, or answers nonsense, defers the recipient and says why', async () => {
    const simulator = await simulate({
      script: ({ recipient }) => {
        if (recipient === 'throws@icloud.com') throw new Error('no\r\nidea')
        return recipient === 'odd@icloud.com' ? { reply: 'odd' } : undefined
      },
    })
    const client = await RawClient.ready(firstHost(simulator))
    await client.say('MAIL FROM:<a@example.com>')
    expect(await client.say('RCPT TO:<throws@icloud.com>')).toBe(
      '451 4.3.0 Error: the script failed: no idea',
    )
    expect(await client.say('RCPT TO:<odd@icloud.com>')).toMatch(
      /^451 4\.3\.0 Error: the script failed: Step /,
    )
  })
})

test.each([
  [{ rule: 'no-such-rule' }, /no rule "no-such-rule"/],
  [{ rule: 'mailbox-full', example: 99 }, /use example 0/],
  [{ reply: 'hello' }, /code from 200 to 599/],
  [{ reply: '354 go on' }, /success at rcpt is 2xx/],
  [{ reply: '250 ok', phase: 'data' as const }, /success at data is 3xx/],
  [{ accept: true as const, times: 0 }, /times/],
  [{ accept: true as const, delayMs: -1 }, /delayMs/],
  [{ accept: true as const, until: 5 as unknown as Promise<void> }, /until must be a promise/],
  [{ accept: true as const, phase: 'later' as 'rcpt' }, /phase/],
  [{} as { drop: true }, /needs one of/],
  [{ accept: true as const, tims: 2 }, /there is no "tims"; did you mean "times"\?/],
  [null as unknown as { drop: true }, /not an object/],
])('the step %j is refused before anything starts', async (step, problem) => {
  await expect(simulate({ script: { anna: [step] } })).rejects.toMatchObject({
    code: 'ERR_SIMULATOR_STEP',
    message: expect.stringMatching(problem),
  })
})
