import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run } from '../run-bin.test.helper.ts'

let place: Place
beforeEach(() => {
  place = makePlace()
})
afterEach(() => place.remove())

const readers: string[][] = [
  ['status'],
  ['address', 'anna@icloud.com'],
  ['suppressions'],
  ['suppressions', 'add', 'anna@icloud.com'],
  ['suppressions', 'release', 'anna@icloud.com'],
  ['suppressions', 'export'],
  ['holds'],
  ['holds', 'release', 'stream/a'],
  ['incidents'],
  ['watch'],
  ['replay', '--dry-run'],
  ['report', 'apple', '--description', 'x'],
]

describe('a ledger', () => {
  test.each(readers)('that is missing is an error of `%s %s`, and none is made', async (...args) => {
    const { code, stdout, stderr } = await run([...args, '--ledger', place.ledger])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`there is no ledger at ${place.ledger}, and none was made`)
    expect(stderr).toContain('--ledger FILE')
    expect(existsSync(place.ledger)).toBe(false)
  })

  test('that is not named is an error that says how', async () => {
    const { code, stderr } = await run(['status', '--json'], { cwd: place.directory })
    expect(code).toBe(2)
    const { error } = JSON.parse(stderr)
    expect(error).toMatchObject({ code: 'ENOLEDGER' })
    expect(error.message).toMatch(/--ledger FILE .* ICLOUD_DELIVERY_LEDGER/)
  })

  test('that is no ledger is left alone', async () => {
    writeFileSync(place.ledger, 'something else, and long enough to be taken for a file of its own')
    const { code, stderr } = await run(['status', '--ledger', place.ledger])
    expect([code, stderr]).toEqual([1, expect.stringContaining('ELEDGERDAMAGED')])
  })

  test.each(['memory:', 'https://example.com/a', 'file:'])('cannot be %s', async (ledger) => {
    expect(await run(['status', '--ledger', ledger])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('(ENOLEDGER)'),
    })
  })

  test('out of reach shows no password', async () => {
    const ledger = 'redis://mail:secret-word@127.0.0.1:1/0'
    const { code, stderr } = await run(['status', '--ledger', ledger])
    expect(code).toBe(1)
    expect(stderr).not.toContain('secret-word')
  })
})

describe('the configuration', () => {
  const status = ['status', '--json']
  const ledgerOf = (stdout: string): string => JSON.parse(stdout).ledger

  test('is a file of the working directory, in TypeScript too; paths start there', async () => {
    await place.with(someMail)
    writeFileSync(
      place.path('icloud-delivery.config.ts'),
      `interface Config { ledger: string }\nexport default { ledger: './icloud.db' } satisfies Config\n`,
    )
    const { code, stdout } = await run(status, { cwd: place.directory })
    expect([code, ledgerOf(stdout)]).toEqual([0, place.ledger])
  })

  test('is named by --config, and comes behind the environment and flags', async () => {
    await place.with(someMail)
    writeFileSync(place.path('other.json'), '{"ledger":"missing.db"}')
    const config = ['--config', place.path('other.json')]
    const env = { ICLOUD_DELIVERY_LEDGER: place.path('of-env.db') }
    expect((await run([...status, ...config])).stderr).toContain(place.path('missing.db'))
    expect((await run([...status, ...config], { env })).stderr).toContain(place.path('of-env.db'))
    const { stdout } = await run([...status, ...config, '--ledger', place.ledger], { env })
    expect(ledgerOf(stdout)).toBe(place.ledger)
  })

  test.each<[string, RegExp]>([
    ['{"ledgr":"a"}', /there is no key "ledgr"; there are ledger, buffer, sameMailbox/],
    ['{"ledger":5}', /"ledger" must be a text, found 5/],
    ['{"sameMailbox":"yes"}', /"sameMailbox" must be true or false, found "yes"/],
    ['{"report":{"ips":"192.0.2.1"}}', /"report\.ips" must be a list, found "192\.0\.2\.1"/],
    ['{"report":{"ip":[]}}', /there is no key "report\.ip"; there are company, domain, ips/],
    [
      '{"addressKeys":[{"id":"2026","secret":7}]}',
      /"addressKeys\.0\.secret" must be a text, found something else/,
    ],
    ['[]', /must be an object/],
    ['{', /cannot be read: .*JSON/],
  ])('%s is refused with the file, the key, what was expected and found', async (text, message) => {
    writeFileSync(place.path('icloud-delivery.config.json'), text)
    const { code, stdout, stderr } = await run(['status'], { cwd: place.directory })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(place.path('icloud-delivery.config.json'))
    expect(stderr).toMatch(message)
  })

  test('may be there only once', async () => {
    writeFileSync(place.path('icloud-delivery.config.json'), '{}')
    writeFileSync(place.path('icloud-delivery.config.js'), 'export default {}')
    const { code, stderr } = await run(['status'], { cwd: place.directory })
    expect([code, stderr]).toEqual([2, expect.stringContaining('several configuration files')])
  })

  test('gives the keys of hashed addresses, which are never shown', async () => {
    const secret = 'a secret of more than thirty-two bytes'
    const addressKeys = [{ id: '2026', secret }]
    await place.with((engine) => engine.suppress({ recipient: 'anna@icloud.com', origin: 'operator' }), {
      addressKeys,
    })
    const asked = ['address', 'anna@icloud.com', '--ledger', place.ledger, '--json']
    const without = await run(asked)
    expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('EADDRESSKEYS')])
    const { stdout } = await run(asked, {
      env: { ICLOUD_DELIVERY_ADDRESS_KEYS: JSON.stringify(addressKeys) },
    })
    expect(JSON.parse(stdout).suppressions).toHaveLength(1)
    const broken = await run(asked, { env: { ICLOUD_DELIVERY_ADDRESS_KEYS: `[{"id":"${secret}` } })
    expect([broken.code, broken.stderr.includes(secret)]).toEqual([2, false])
  })
})
