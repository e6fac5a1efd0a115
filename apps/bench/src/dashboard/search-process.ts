import { startDashboard } from '@icloud-delivery/dashboard'
import { createEngine } from '@icloud-delivery/engine'
import { serve } from '../serve.ts'

/** One run in a process of its own. */
export interface SearchRun {
  /** How many addresses are suppressed. */
  suppressions: number
  /** How many searches are made. */
  searches: number
}

const texts = ['reader5', '99@family', 'no such', 'reader99999@icloud.com']

async function* list(count: number): AsyncIterable<string> {
  yield 'email\n'
  for (let i = 0; i < count; i++) yield `reader${i}@${i % 2 ? 'icloud.com' : 'family.example'}\n`
}

/** ms of one search. */
serve(async ({ suppressions, searches }: SearchRun): Promise<number> => {
  const engine = createEngine({ ledger: 'memory:' })
  const dashboard = await startDashboard({ engine })
  const { origin, token } = dashboard
  const search = async (text: string): Promise<number | null> => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${origin}/api/who?q=${encodeURIComponent(text)}`, { headers })
    return ((await answer.json()) as { total: number | null }).total
  }
  try {
    await engine.import(list(suppressions), { format: 'csv' })
    // The first ones come while all are being read.
    while ((await search('')) !== suppressions);
    const startedAt = performance.now()
    for (let n = 0; n < searches; n++) await search(texts[n % texts.length] ?? '')
    return (performance.now() - startedAt) / searches
  } finally {
    await dashboard.close()
    await engine.close()
  }
})
