import { useEffect, useState } from 'preact/hooks'
import { get } from './api.ts'
import { pulse } from './live.ts'

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
    const ask = async (): Promise<void> => {
      isWanted = true
      if (isAsking) return
      isAsking = true
      while (isWanted) {
        isWanted = false
        if (isOver) break
        try {
          const data = await get<T>(path, JSON.parse(search) as Record<string, string>)
          if (!isOver) setState({ key, data, error: null })
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          if (!isOver) setState((old) => ({ key, data: old.key === key ? old.data : null, error: message }))
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
