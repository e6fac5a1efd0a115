import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePlace, replies, someMail, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

describe('address', () => {
  let place: Place
  beforeAll(async () => {
    place = makePlace()
    await place.with(async (engine) => {
      await someMail(engine)
      await engine.suppress({ recipient: 'evil@icloud.com', origin: 'operator', note: 'a\u001b[2Jb' })
    })
  })
  afterAll(() => place.remove())
  const ask = (...args: string[]): ReturnType<typeof run> =>
    run(['address', ...args, '--ledger', place.ledger])

  test('tells why mail does not arrive, and the command that changes it', async () => {
    const { code, stdout } = await ask('anna@icloud.com', '--sender', 'shop@example.com')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^anna@icloud\.com\n\nWhat stands in the way\n {2}- suppressed for all mail since /,
    )
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('icloud-delivery suppressions release anna@icloud.com')
    expect(stdout).toMatch(/Such mail now +suppressed: /)
    expect(stdout).toMatch(/Suppressions\n {2}origin .*\n {2}reply /)
  })

  test('gives the same as JSON', async () => {
    const { code, stdout } = await ask('ANNA@iCloud.com', '--json', '--events', '1')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      recipient: 'anna@icloud.com',
      suppressions: [{ rule: 'invalid-recipient', reply: replies.noSuchUser }],
      admission: null,
      events: [{ type: 'suppress' }],
    })
  })

  test('of which nothing is known says so', async () => {
    const { code, stdout } = await ask('zoe@icloud.com')
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing is known about this address')])
  })

  test('at another provider says so, and what is known nonetheless', async () => {
    const { code, stdout } = await ask('anna@gmail.com')
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Not an address at Apple, as far as its name tells: gmail.com is none of Apple’s domains.',
    )
    expect(stdout).toContain('What stands in the way')
    expect(JSON.parse((await ask('anna@gmail.com', '--json')).stdout)).toMatchObject({ appleDomain: false })
    expect((await ask('anna@me.com')).stdout).not.toContain('Not an address at Apple')
  })

  test('shows remote text without what steers a terminal', async () => {
    const { stdout } = await ask('evil@icloud.com')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toContain('a\\u001b[2Jb')
  })

  test.each(['anna', ''])('refuses %j', async (address) => {
    expect(await ask(address)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('an address such as'),
    })
  })
})
