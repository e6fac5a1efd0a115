import type { RateWindow } from '@icloud-delivery/engine'

/** What a request got wrong: status 400. */
export class InputError extends Error {
  readonly code = 'EINPUT'
}

const mostBytes = 100_000

/** A body of JSON, at most 100 kB. */
export async function readBody(request: Request): Promise<Record<string, unknown>> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new InputError('The body has to be JSON (Content-Type: application/json).')
  const text = await readText(request)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InputError('The body is no JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError('The body has to be a JSON object.')
  return value as Record<string, unknown>
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new InputError(`The body is longer than ${mostBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A text that has to be there. */
export function textIn(body: Record<string, unknown>, name: string, longest: number): string {
  const value = body[name]
  if (typeof value !== 'string' || value.trim() === '') throw new InputError(`"${name}" is missing.`)
  if (value.length > longest) throw new InputError(`"${name}" is longer than ${longest} characters.`)
  return value
}

/** A text that may be missing. */
export function optionalText(body: Record<string, unknown>, name: string, longest: number): string | null {
  const value = body[name]
  return value === undefined || value === null || value === '' ? null : textIn(body, name, longest)
}

const windows = ['hour', 'day', 'month'] as const

/** The span that is asked for. */
export function windowIn(value: string | undefined): RateWindow {
  if (value === undefined) return 'day'
  const found = windows.find((window) => window === value)
  if (found === undefined) throw new InputError('"window" has to be hour, day or month.')
  return found
}
