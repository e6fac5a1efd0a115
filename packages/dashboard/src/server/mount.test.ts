import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { createEngine, memoryLedger, type Engine } from '@icloud-delivery/engine'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDashboard, type Dashboard } from '../dashboard.ts'
import { quiet, readEvents } from '../world.test.fixture.ts'

let engine: Engine
let dashboard: Dashboard

const base = '/mail/icloud'

beforeEach(() => {
  engine = createEngine({ ledger: memoryLedger(), logger: quiet })
  dashboard = createDashboard({
    engine,
    basePath: base,
    pollMs: 20,
    logger: quiet,
    authorize: (request) => {
      const by = request.headers.get('x-user')
      return by === null ? null : { by, readOnly: by === 'guest' }
    },
  })
})
afterEach(async () => {
  await dashboard.close()
  await engine.close()
})

/** Each host, on a free port; gives how to end it. */
const hosts: Record<string, () => Promise<{ port: number; close: () => unknown }>> = {
  async 'Node’s http'() {
    return listening(createServer(dashboard.node))
  },
  async Express() {
    const app = express()
    // As hosts have it, before everything else.
    app.use(express.json())
    app.use(base, dashboard.node)
    return listening(createServer(app))
  },
  async Hono() {
    const app = new Hono()
    app.mount(base, dashboard.fetch)
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    if (!server.listening) await once(server, 'listening')
    return { port: (server.address() as AddressInfo).port, close: () => end(server) }
  },
  async Fastify() {
    const app = fastify()
    app.register(dashboard.fastify, { prefix: base })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      port: (app.server.address() as AddressInfo).port,
      close: () => {
        app.server.closeAllConnections()
        return app.close()
      },
    }
  },
}

async function listening(server: Server): Promise<{ port: number; close: () => unknown }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => end(server) }
}

async function end(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

describe.each(Object.keys(hosts))('in %s', (name) => {
  it('shows the page, the data and the stream, and takes actions, for whom the host lets in', async () => {
    const { port, close } = await (hosts[name] as (typeof hosts)[string])()
    const at = `http://127.0.0.1:${port}${base}`
    const headers = { 'x-user': 'anna' }
    try {
      for (const path of ['/', '/api/now', '/metrics', '/icon.svg'])
        expect([path, (await fetch(at + path)).status]).toEqual([path, 401])
      const page = await fetch(`${at}/`, { headers })
      const html = await page.text()
      expect(html).toContain(`<base href="${base}/" />`)
      const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(html) ?? []
      expect((await fetch(`${at}/${script}`, { headers })).headers.get('content-type')).toMatch(/javascript/)
      expect(await (await fetch(`${at}/api/session`, { headers })).json()).toMatchObject({ by: 'anna' })

      const stream = await fetch(`${at}/api/events?after=0`, { headers })
      const action = (who: string): Promise<Response> =>
        fetch(`${at}/api/actions/suppress`, {
          method: 'POST',
          headers: { 'x-user': who, 'content-type': 'application/json', 'x-icloud-dashboard': '1' },
          body: JSON.stringify({ address: 'anna@icloud.com' }),
        })
      expect(await (await action('anna')).json()).toEqual({ done: 1 })
      expect((await action('guest')).status).toBe(403)
      expect(await readEvents(stream, (text) => text.includes('"suppress"'))).toContain('anna@icloud.com')
      const [entry] = await engine.ledger.events({ type: 'dashboard' })
      expect(entry?.data).toMatchObject({ by: 'anna' })

      const importing = await fetch(`${at}/api/import?format=csv`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream', 'x-icloud-dashboard': '1' },
        body: 'email\nbert@icloud.com\n',
      })
      expect(await importing.json()).toMatchObject({ added: 1 })
      const file = await fetch(`${at}/api/export?format=csv`, { headers })
      expect(file.headers.get('content-disposition')).toContain('suppressions.csv')
      expect(await file.text()).toMatch(/anna@icloud\.com[^]*bert@icloud\.com/)
    } finally {
      await close()
    }
  })
})

it('has no route of its own for a token when it is mounted', async () => {
  const response = await dashboard.fetch(
    new Request(`http://localhost${base}/api/session`, {
      method: 'POST',
      headers: { 'x-user': 'anna', 'content-type': 'application/json', 'x-icloud-dashboard': '1' },
      body: '{"token":"x"}',
    }),
  )
  expect(response.status).toBe(404)
})
