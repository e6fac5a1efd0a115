import { chmodSync, writeFileSync } from 'node:fs'
import { DovecotServer, hasDovecot } from '@icloud-delivery/dovecot-for-tests'
import { startSimulator } from '@icloud-delivery/mx-simulator'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makePlace, someMail, type Place } from '../ledger.test.fixture.ts'
import { run, type Ended } from '../run-bin.test.helper.ts'

const seed = 'seed@icloud.com'
const password = 'app-specific secret'
const message = 'From: Shop <shop@example.com>\r\nTo: all@example.com\r\nSubject: Spring\r\n\r\nHello\r\n'

let place: Place
beforeEach(() => {
  place = makePlace()
  writeFileSync(place.path('m.eml'), message)
})
afterEach(() => place.remove())

describe('placement', () => {
  test('says if no test mail was sent', async () => {
    await place.with(someMail)
    const { code, stdout, stderr } = await run(['placement', '--ledger', place.ledger])
    expect([code, stdout, stderr]).toEqual([0, '', expect.stringContaining('placement test --help')])
  })

  test('lists the series of each seed, and forgets one', async () => {
    await place.with(async (engine) => {
      for (const placement of ['inbox', 'junk'] as const) {
        await engine.takeSeedTurn(seed)
        await engine.recordPlacement(seed, { at: Date.now(), stream: 'marketing', placement, seconds: 4 })
      }
    })
    const args = ['--ledger', place.ledger]
    expect((await run(['placement', ...args])).stdout).toMatch(
      /^seed\tstream\tlast\t.*\nseed@icloud\.com\tmarketing\tjunk\t.*\t4\tIJ\n$/,
    )
    expect(JSON.parse((await run(['placement', '--json', ...args])).stdout)).toMatchObject({
      address: seed,
      results: [{ placement: 'inbox' }, { placement: 'junk' }],
    })
    const forget = ['placement', 'forget', seed, ...args]
    expect((await run(forget)).stderr).toContain('Forget seed@icloud.com and its 2 results?')
    expect(await run([...forget, '--yes'])).toMatchObject({ code: 0, stdout: 'Forgotten.\n' })
    expect(await run([...forget, '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(ENOTFOUND)'),
    })
  })

  test('forgets a seed of a ledger with hashed addresses, also after its key was changed', async () => {
    const [old, next] = ['2025', '2026'].map((id) => ({ id, secret: `a secret of 32 bytes or more, ${id}` }))
    const note = (addressKeys: NonNullable<typeof old>[]): Promise<void> =>
      place.with(
        async (engine) => {
          await engine.takeSeedTurn(seed)
          await engine.recordPlacement(seed, { at: Date.now(), stream: 'marketing', placement: 'inbox' })
        },
        { addressKeys },
      )
    const forget = (keys: unknown[]): Promise<Ended> =>
      run(['placement', 'forget', seed, '--yes', '--ledger', place.ledger], {
        env: { ICLOUD_DELIVERY_ADDRESS_KEYS: JSON.stringify(keys) },
      })
    await note([old!])
    expect(await forget([old])).toMatchObject({ code: 0, stdout: 'Forgotten.\n' })
    expect(await forget([old])).toMatchObject({ code: 1, stderr: expect.stringContaining('is no seed') })
    await note([old!])
    expect(await forget([next, old])).toMatchObject({ code: 0, stdout: 'Forgotten.\n' })
  })

  test.each<[string[], Record<string, string>, number, RegExp]>([
    [[], {}, 2, /--smtp smtp:\/\/localhost:25/],
    [['--smtp', 'smtp://me:secret-word@127.0.0.1:1'], {}, 2, /a password must not stand in a flag/],
    [['--smtp', 'http://127.0.0.1'], {}, 2, /must be a URL such as smtp/],
    [['--smtp', 'smtp://127.0.0.1:1'], {}, 2, /--from/],
    [['--smtp', 'smtp://127.0.0.1:1', '--from', 'a@example.com'], {}, 1, /ICLOUD_DELIVERY_SEEDS is not set/],
    [
      ['--smtp', 'smtp://127.0.0.1:1', '--from', 'a@example.com'],
      { ICLOUD_DELIVERY_SEEDS: '[{"address":"seed@icloud.com","password":5,"x":"secret-word"}]' },
      2,
      /password must be a password/,
    ],
  ])('sending with %j is an error that shows no password', async (args, env, exit, text) => {
    await place.with(someMail)
    const command = ['placement', 'test', place.path('m.eml'), ...args, '--ledger', place.ledger]
    const { code, stdout, stderr } = await run(command, { env })
    expect([code, stdout, stderr]).toEqual([exit, '', expect.stringMatching(text)])
    expect(stderr).not.toContain('secret-word')
  })

  test.skipIf(!hasDovecot()).each([
    ['INBOX', 0, 'inbox'],
    ['Junk', 3, 'junk'],
  ])('sends over SMTP, and finds the mail in %s over IMAP', async (folder, exit, placement) => {
    await place.with(someMail)
    const server = await DovecotServer.start({ users: { [seed]: password } })
    const apple = await startSimulator({ starttls: false })
    try {
      apple.on('message', ({ raw }) => void server.deliver(seed, raw, folder))
      const account = {
        address: seed,
        password,
        user: seed,
        host: server.host,
        port: server.tlsPort,
        ca: server.certificate,
      }
      writeFileSync(place.path('seeds.json'), JSON.stringify([account]))
      chmodSync(place.path('seeds.json'), 0o600)
      const args = [
        '--from',
        'bounces@example.com',
        '--smtp',
        `smtp://127.0.0.1:${apple.port}`,
        '--wait',
        '50',
      ]
      const command = ['placement', 'test', place.path('m.eml'), '--seeds', place.path('seeds.json'), ...args]
      const { code, stdout } = await run([...command, '--json', '--ledger', place.ledger])
      expect(code).toBe(exit)
      expect(JSON.parse(stdout)).toMatchObject({ placements: [{ address: seed, placement }] })
      expect(apple.messages).toMatchObject([{ envelope: { from: 'bounces@example.com', to: [seed] } }])
      const again = await run([...command, '--ledger', place.ledger])
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('not sent: its turn comes at')])
    } finally {
      await apple.close()
      await server.stop()
    }
  })
})
