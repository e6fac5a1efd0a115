import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { readSeeds } from './read-seeds.ts'

const folder = mkdtempSync(join(tmpdir(), 'icloud-seeds-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

const secret = 'abcd-efgh-ijkl-mnop'
const good = [{ address: 'seed@icloud.com', password: secret }]

function fileOf(content: unknown, mode = 0o600): string {
  const path = join(folder, 'seeds.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, mode)
  return path
}

const errorOf = (source: Parameters<typeof readSeeds>[0]): Promise<Error> =>
  readSeeds(source).then(
    () => expect.fail('read'),
    (error: Error) => error,
  )

describe('seeds', () => {
  it('come from a file that nobody else may read', async () => {
    const seeds = await readSeeds({ file: fileOf(good) })
    expect(seeds).toMatchObject([{ address: 'seed@icloud.com' }])
    expect(seeds[0]?.password).toBe(secret)
  })

  it('come from the environment', async () => {
    vi.stubEnv('ICLOUD_DELIVERY_SEEDS', JSON.stringify(good))
    vi.stubEnv('OTHER_SEEDS', JSON.stringify([{ ...good[0], host: 'imap.example.com', secure: false }]))
    expect(await readSeeds()).toHaveLength(1)
    expect(await readSeeds({ env: 'OTHER_SEEDS' })).toMatchObject([
      { host: 'imap.example.com', secure: false },
    ])
  })

  it('do not show their passwords', async () => {
    const seeds = await readSeeds({ file: fileOf(good) })
    for (const shown of [inspect(seeds, { depth: 9 }), JSON.stringify(seeds)])
      expect(shown).not.toContain(secret)
  })

  it.each([0o644, 0o640, 0o660, 0o602])('are refused from a file of mode %o', async (mode) => {
    expect(await errorOf({ file: fileOf(good, mode) })).toMatchObject({
      code: 'EINPUT',
      message: expect.stringContaining(`(mode ${mode.toString(8)}): chmod 600 `),
    })
  })

  it.each<[string, unknown, RegExp]>([
    ['no JSON', `[{"password": "${secret}" "address": 1}]`, /is no JSON\. Expected JSON: /],
    ['no list', { seeds: good }, /must be a list of seeds/],
    ['a text', [`seed@icloud.com:${secret}`], /\[0\] must be an object with address and password/],
    ['no password', [{ address: 'seed@icloud.com' }], /\[0\]\.password is missing; give address, password/],
    [
      'both in the wrong place',
      [{ address: secret, password: 'seed@icloud.com' }],
      /\[0\]\.address must be an address/,
    ],
    [
      'two lines',
      [{ address: 'seed@icloud.com', password: `${secret}\r\nx` }],
      /password must be a password, in one line/,
    ],
    ['a wrong port', [{ ...good[0], port: secret }], /port must be a port/],
    [
      'another name',
      [{ ...good[0], passwort: secret }],
      /has no option "passwort"; did you mean "password"\?/,
    ],
  ])('are refused with %s, and the error does not quote them', async (_, content, message) => {
    const error = await errorOf({ file: fileOf(content) })
    expect(error).toMatchObject({ name: 'PreflightError', message: expect.stringMatching(message) })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret)
  })

  it.each<[string, Parameters<typeof readSeeds>[0], RegExp]>([
    ['a missing file', { file: join(folder, 'missing') }, /ENOENT/],
    ['an environment without it', { env: 'NO_SEEDS' }, /NO_SEEDS is not set\. Expected JSON/],
    ['both', { file: 'a', env: 'b' }, /file or env, not both/],
  ])('are not there: %s', async (_, source, message) => {
    expect((await errorOf(source)).message).toMatch(message)
  })
})
