import { signal } from '@preact/signals'
import type { SessionAnswer } from '../../src/api/answers.ts'
import { ApiError, get, post } from './api.ts'
import { connect } from './live.ts'

/** Who looks; `null` before it is known, `out` if a token is needed. */
export const session = signal<SessionAnswer | 'out' | null>(null)
export const problem = signal<string | null>(null)

export function isReadOnly(): boolean {
  const { value } = session
  return value === null || value === 'out' || value.readOnly
}

/** What is shown at first: where an hour takes a second, a day is over before it is read. */
export function usualWindow(): 'day' | 'month' {
  const { value } = session
  return value !== null && value !== 'out' && value.minuteSeconds < 1 ? 'month' : 'day'
}

/** The token stands behind the `#`, so that it reaches no log; it is exchanged for a cookie and taken out of the address line. */
export async function begin(): Promise<void> {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1]
  if (token !== undefined) {
    history.replaceState(null, '', location.pathname)
    await signIn(token)
    return
  }
  await look()
}

export async function signIn(token: string): Promise<void> {
  try {
    await post('session', { token })
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error)
    session.value = 'out'
    return
  }
  problem.value = null
  await look()
}

async function look(): Promise<void> {
  try {
    const answer = await get<SessionAnswer>('session')
    session.value = answer
    problem.value = null
    connect(answer.last)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) session.value = 'out'
    else {
      problem.value = error instanceof Error ? error.message : String(error)
      setTimeout(() => void look(), 3000)
    }
  }
}
