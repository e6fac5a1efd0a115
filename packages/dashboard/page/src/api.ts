import type { ErrorAnswer } from '../../src/api/answers.ts'

/** What the server said was wrong. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Asks the server. Addresses are relative to where the page is mounted. */
export async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const search = new URLSearchParams(query).toString()
  return answerOf<T>(await reach(`api/${path}${search === '' ? '' : `?${search}`}`, {}))
}

/** Sends something. The header is what no other page can send. */
export async function post<T>(path: string, body: unknown): Promise<T> {
  const isFile = body instanceof Blob
  const headers = {
    'x-icloud-dashboard': '1',
    'Content-Type': isFile ? 'application/octet-stream' : 'application/json',
  }
  return answerOf<T>(
    await reach(`api/${path}`, { method: 'POST', headers, body: isFile ? body : JSON.stringify(body) }),
  )
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init })
  } catch {
    throw new ApiError(0, 'EOFFLINE', 'The dashboard does not answer. It is tried again by itself.')
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T
  const { error } = (await response.json().catch(() => ({}))) as Partial<ErrorAnswer>
  const message = error?.message ?? `The dashboard answered with status ${response.status}.`
  throw new ApiError(response.status, error?.code ?? 'EHTTP', message)
}
