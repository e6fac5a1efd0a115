import { useEffect, useState } from 'preact/hooks'
import { ApiError, get } from './api.ts'
import { isAnswered, pulse } from './live.ts'

/** A ledger that was out of reach says nothing when it is back. */
const retryMs = 5000

/** An answer of the server, or why there is none. What was there stays while it is asked for anew. */
export interface Answer<T> {
  data: T | null
  error: string | null
  /** Asks again. */
  again: () => void
}

/** Asks the server, and again when something happened. `path: null`: nothing is asked. */
export function useAnswer<T>(
  path: string | null,
  query: Record<string, string> = {},
  { isLive = true }: { isLive?: boolean } = {},
): Answer<T> {
  const [state, setState] = useState<{ key: string; data: T | null; error: string | null }>({
    key: '',
    data: null,
    error: null,
  })
  const [turn, setTurn] = useState(0)
  const search = JSON.stringify(query)
  const key = `${path} ${search}`
  useEffect(() => {
    if (path === null) return
    let isOver = false
    // One question at a time: a slow server is not asked again meanwhile, but right afterwards.
    let isAsking = false
    let isWanted = false
    let retry: ReturnType<typeof setTimeout> | undefined
    const ask = async (): Promise<void> => {
      isWanted = true
      if (isAsking) return
      isAsking = true
      while (isWanted) {
        isWanted = false
        if (isOver) break
        try {
          const data = await get<T>(path, JSON.parse(search) as Record<string, string>)
          isAnswered.value = true
          if (!isOver) setState({ key, data, error: null })
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          // What is wrong with the question itself says nothing of the ledger.
          isAnswered.value = error instanceof ApiError && error.status === 400
          if (!isOver) setState((old) => ({ key, data: old.key === key ? old.data : null, error: message }))
          clearTimeout(retry)
          if (!isOver && isLive) retry = setTimeout(() => void ask(), retryMs)
        }
      }
      isAsking = false
    }
    void ask()
    const unsubscribe = isLive
      ? pulse.subscribe((value) => {
          if (value > 0) void ask()
        })
      : () => {}
    // Rates change with time, too.
    const timer = isLive ? setInterval(() => void ask(), 30_000) : undefined
    return () => {
      isOver = true
      clearTimeout(retry)
      unsubscribe()
      clearInterval(timer)
    }
  }, [key, turn, isLive])
  return {
    data: state.key === key || path !== null ? state.data : null,
    error: state.key === key ? state.error : null,
    again: () => setTurn((old) => old + 1),
  }
}
