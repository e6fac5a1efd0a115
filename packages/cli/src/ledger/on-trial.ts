import type { Engine, EngineOptions } from '@icloud-delivery/engine'

/**
 * Does something with an engine that remembers nothing, to see whether options can be right before a ledger is made.
 *
 * @throws what the engine and `work` throw
 */
export async function onTrial<T>(
  work: (engine: Engine) => T | Promise<T>,
  options: Omit<EngineOptions, 'ledger' | 'buffer'> = {},
): Promise<T> {
  const { createEngine, memoryLedger } = await import('@icloud-delivery/engine')
  const engine = createEngine({ ...options, ledger: memoryLedger(), buffer: null })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}
