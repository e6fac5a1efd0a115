import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromThread, Preflight, ThreadData, ToThread } from './preflight.ts'

/** Runs in a thread of its own: what takes long, or never ends, holds up no mail. */
const { module, home } = workerData as ThreadData
const port = parentPort
if (!port) throw new Error('preflight-thread: to be run as a worker thread')

const say = (message: FromThread): void => port.postMessage(message)

try {
  const preflight = await load()
  port.on('message', (message: ToThread) => {
    if ('ping' in message) return say({ pong: true })
    const { id, mime, envelope } = message
    // An async function of its own, so that what is thrown at once is caught as well.
    const run = async (): Promise<unknown> => preflight(mime, envelope)
    run().then(
      (findings) => say({ id, findings: plain(findings) }),
      (error: unknown) => say({ id, error: String(error).slice(0, 500) }),
    )
  })
  say({ ready: true })
} catch (error) {
  say({ failed: error instanceof Error ? error.message : String(error) })
}

async function load(): Promise<Preflight> {
  const isFile = /^[./]/.test(module) || /\.[cm]?[jt]s$/.test(module)
  const file = isFile ? path.resolve(home, module) : createRequire(path.join(home, 'here.js')).resolve(module)
  const loaded = (await import(pathToFileURL(file).href)) as { preflight?: unknown; default?: unknown }
  const found = loaded.preflight ?? loaded.default
  if (typeof found !== 'function') throw new Error(`${file} exports no function preflight`)
  return found as Preflight
}

/** Only data can be handed over. */
function plain(findings: unknown): unknown {
  return JSON.parse(JSON.stringify(findings ?? []))
}
