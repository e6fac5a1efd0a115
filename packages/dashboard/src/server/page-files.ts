import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'
import { DashboardError } from '../errors.ts'
import type { CheckedOptions } from '../options.ts'
import type { Env } from './guards.ts'

interface PageFile {
  type: string
  plain: Buffer
  zipped: Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Where the built page is, beside the compiled server. */
export const pageFolder: string = path.resolve(import.meta.dirname, '../../dist/page')

/** Serves the built page. All of it is read at the start, so no path of a request ever meets the disk. */
export function pageFiles({ basePath }: CheckedOptions): MiddlewareHandler<Env> {
  const files = readFiles(basePath)
  return async (context, next) => {
    const file = files.get(context.req.path === '/' ? '/index.html' : context.req.path)
    if (file === undefined) return next()
    const isForever = context.req.path.startsWith('/assets/')
    context.header('Content-Type', file.type)
    context.header('Cache-Control', isForever ? 'public, max-age=31536000, immutable' : 'no-cache')
    context.header('Vary', 'Accept-Encoding')
    if (/\bgzip\b/.test(context.req.header('accept-encoding') ?? '')) {
      context.header('Content-Encoding', 'gzip')
      return context.body(new Uint8Array(file.zipped))
    }
    return context.body(new Uint8Array(file.plain))
  }
}

function readFiles(basePath: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>()
  let names: string[] = []
  try {
    names = readdirSync(pageFolder, { recursive: true, encoding: 'utf8' })
  } catch {
    // Said below.
  }
  for (const name of names) {
    const type = types[path.extname(name)]
    if (type === undefined) continue
    let plain = readFileSync(path.join(pageFolder, name))
    // All addresses in the page are relative to where it is mounted.
    if (name === 'index.html')
      plain = Buffer.from(plain.toString('utf8').replace('<base href="/" />', `<base href="${basePath}/" />`))
    files.set(`/${name.split(path.sep).join('/')}`, { type, plain, zipped: gzipSync(plain, { level: 9 }) })
  }
  if (!files.has('/index.html')) {
    throw new DashboardError(
      'EPAGE',
      `the page of the dashboard is missing: expected ${path.join(pageFolder, 'index.html')}. Install the package anew; in a ` +
        'clone of the repository run ./dev build',
    )
  }
  return files
}
