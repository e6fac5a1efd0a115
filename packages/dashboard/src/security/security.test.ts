import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDashboard } from '../dashboard.ts'
import { askAs, quiet, world, type World } from '../world.test.fixture.ts'

let it_: World // `it` is taken

beforeEach(async () => {
  it_ = await world()
})
afterEach(() => it_.close())

describe('the token', () => {
  it('stands behind the # of the printed address, and is exchanged for a strict cookie that is not the token', async () => {
    const { url, origin, token } = it_.dashboard
    expect(url).toBe(`${origin}/#token=${token}`)
    expect(token).toMatch(/^[\w-]{43}$/)
    const response = await fetch(`${origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-icloud-dashboard': '1' },
      body: JSON.stringify({ token }),
    })
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
    expect(cookie).not.toContain(token)
  })

  it.each(['', 'wrong', null, 5])('refuses %j', async (token) => {
    const response = await it_.post('/api/session', { token })
    expect(response.status).toBe(401)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await response.json()).toMatchObject({ error: { code: 'ETOKEN' } })
  })

  it.each([
    '/api/session',
    '/api/now',
    '/api/why',
    '/api/who?q=anna',
    '/api/address?address=anna@icloud.com',
    '/api/engagement',
    '/api/placements',
    '/api/unknown',
    '/api/events',
    '/api/export?format=csv',
    '/metrics',
  ])('is needed for %s', async (path) => {
    const { origin, token } = it_.dashboard
    expect((await fetch(origin + path)).status).toBe(401)
    expect((await fetch(origin + path, { headers: { cookie: 'icloud_delivery_1=x' } })).status).toBe(401)
    expect((await fetch(origin + path, { headers: { authorization: `Bearer x${token}` } })).status).toBe(401)
    const allowed = await it_.get(path)
    expect(allowed.status).toBe(200)
    await allowed.body?.cancel()
    const byToken = await fetch(origin + path, { headers: { authorization: `Bearer ${token}` } })
    expect(byToken.status).toBe(200)
    await byToken.body?.cancel()
  })

  it.each(['explain', 'report', 'import?format=csv', 'actions/release-hold'])(
    'is needed for POST %s',
    async (path) => {
      const response = await fetch(`${it_.dashboard.origin}/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-icloud-dashboard': '1' },
        body: '{}',
      })
      expect(response.status).toBe(401)
    },
  )
})

describe('the Host header', () => {
  it.each([
    ['127.0.0.1', 200],
    ['localhost', 200],
    ['LOCALHOST:1234', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.', 403],
    ['localhost@evil.example', 400],
  ])('%j gets %i', async (host, status) => {
    const { cookie, dashboard } = it_
    expect(await askAs(host, dashboard.port, '/', {})).toBe(status)
    expect(await askAs(host, dashboard.port, '/api/session', { cookie })).toBe(status)
  })
})

describe('actions', () => {
  const action = '/api/actions/suppress'
  const body = { address: 'anna@icloud.com' }

  it.each<[string, Record<string, string>, number]>([
    ['our own page', { origin: 'ORIGIN', 'sec-fetch-site': 'same-origin' }, 200],
    ['a program', {}, 200],
    ['a page elsewhere', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['a page on another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }, 403],
    ['an old browser at a page elsewhere', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['an address line', { 'sec-fetch-site': 'none' }, 403],
  ])('of %s', async (_name, headers, status) => {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('ORIGIN', it_.dashboard.origin)]),
    )
    // Node's fetch sets Sec-Fetch-Mode by itself, and keeps what is given otherwise.
    const response = await it_.post(action, body, sent)
    expect(response.status).toBe(status)
    const { suppressions } = await it_.engine.address('anna@icloud.com')
    expect(suppressions.length).toBe(status === 200 ? 1 : 0)
  })

  it('are refused without the header that no form can send', async () => {
    const { origin } = it_.dashboard
    const response = await fetch(origin + action, {
      method: 'POST',
      headers: { cookie: it_.cookie, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'EORIGIN' } })
  })

  it('are refused as anything but JSON, and as GET', async () => {
    expect((await it_.post(action, body, { 'content-type': 'text/plain' })).status).toBe(400)
    expect((await it_.get(action)).status).toBe(404)
  })

  it('each leave an entry in the log, with who and why, before they are done', async () => {
    await it_.post(action, { ...body, note: 'asked by phone' })
    const [entry] = await it_.engine.ledger.events({ type: 'dashboard' })
    expect(entry).toMatchObject({
      subject: 'anna@icloud.com',
      data: { action: 'suppress', by: 'dashboard', note: 'asked by phone' },
    })
  })

  it('are refused in read-only mode, with nothing written', async () => {
    const readOnly = await world({ readOnly: true })
    try {
      expect(await readOnly.json('/api/session')).toMatchObject({ readOnly: true })
      for (const path of ['actions/suppress', 'actions/release-hold', 'import?format=csv']) {
        const response = await readOnly.post(`/api/${path}`, body)
        expect([path, response.status]).toEqual([path, 403])
        expect(await response.json()).toMatchObject({ error: { code: 'EREADONLY' } })
      }
      expect(await readOnly.engine.ledger.events()).toEqual([])
      // Questions are none.
      expect((await readOnly.post('/api/explain', { reply: '421 later' })).status).toBe(200)
    } finally {
      await readOnly.close()
    }
  })
})

describe('every answer', () => {
  it.each([
    '/',
    '/api/session',
    '/api/none',
    '/assets/none.js',
    '/../../package.json',
    '/%2e%2e/package.json',
  ])('to %s has a policy that allows nothing from elsewhere', async (path) => {
    const { headers } = await it_.get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('with data is kept by nobody', async () => {
    for (const path of ['/api/now', '/api/who', '/metrics', '/api/export?format=csv'])
      expect((await it_.get(path)).headers.get('cache-control')).toBe('no-store')
  })
})

describe('createDashboard', () => {
  it('throws without authorize', () => {
    const call = (authorize: unknown) => () =>
      createDashboard({ engine: it_.engine, authorize: authorize as never, logger: quiet })
    for (const wrong of [undefined, null, true, 'yes'])
      expect(call(wrong)).toThrow(expect.objectContaining({ code: 'EAUTHORIZE' }))
  })

  it.each([
    [{ basePath: 'icloud' }, /basePath/],
    [{ basePath: '/a"b' }, /basePath/],
    [{ allowedHosts: 'localhost' }, /allowedHosts/],
    [{ origin: 'mail.example.com' }, /origin/],
    [{ pollMs: 1 }, /pollMs/],
    [{ readonly: true }, /no option "readonly"/],
    [{ engine: {} }, /engine/],
  ])('says what is wrong with %j', (options, message) => {
    const authorize = (): boolean => true
    expect(() => createDashboard({ engine: it_.engine, authorize, ...options } as never)).toThrow(message)
  })
})

it('a port that is taken is told of, with what to do', async () => {
  await expect(world({ port: it_.dashboard.port })).rejects.toMatchObject({
    code: 'ELISTEN',
    message: expect.stringContaining('EADDRINUSE') as string,
  })
})

it('a connection is kept for longer than a proxy keeps it', async () => {
  const { headers } = await it_.get('/api/session')
  expect(headers.get('keep-alive')).toBe('timeout=75')
})
